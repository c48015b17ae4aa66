import { itemAt } from '@lab/records';
import { fold } from '@lab/random';
import { check, pick, type Context } from '../check.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { range } from '../real/batch.ts';
import { standardReadings } from '../real/readings.ts';
import { compared, equal, noted, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { estimate, fitLine, sum } from '../stats.ts';
import { averageLogits, averageProbabilities, softmaxRows } from './combine.ts';
import { brierRows, negLogLikelihood } from './measures.ts';
import { secondOrderGain } from './second-order.ts';
import { syntheticMembers, type Members } from './synthetic.ts';

const SIZES = [1, 2, 4, 8] as const;
const spread = 1.5;

/**
 * Limit and slope of E Brier(M) = a + b/M for probabilities: a = Brier of the mean probabilities, b
 * = their total variance.
 */
const brierLaw = ({ members, labels, classes }: Members) => {
  const p = members.map((z) => softmaxRows(z, classes));
  const centre = averageLogits(p);
  const n = members.length;
  const b = (sum(p.map((q) => sum(q.map((x, i) => (x - itemAt(centre, i)) ** 2)))) / (n - 1)) * (1 / labels.length);
  return { a: average(brierRows(centre.map(Math.log), labels, classes)) - b / n, b };
};

const random = (context: Context) => {
  const draw = (label: string, i: number, M: number) =>
    syntheticMembers(context.key, fold(fold(context.key, label), i), M, spread);
  const repeats = pick(context, { smoke: 60, quick: 400 });
  // Independent halves of a large pool tell how well limit and slope are known.
  const laws = range(20).map((i) => brierLaw(draw('pool', i, pick(context, { smoke: 40, quick: 200 }))));
  const measured = SIZES.map((M) => {
    const values = range(repeats).map((i) => {
      const { members, labels, classes } = draw(`M=${M}`, i, M);
      return average(brierRows(averageProbabilities(members, classes), labels, classes));
    });
    return { M, ...estimate(values) };
  });
  return { measured, a: estimate(laws.map((l) => l.a)), b: estimate(laws.map((l) => l.b)) };
};

/** Mean loss of disjoint ensembles of each size, and the line in 1/M through them. */
const blocks = ({ members, labels, classes }: Members) =>
  (['logits', 'probabilities'] as const).map((averaged) => {
    const combine = (some: readonly Float64Array[]) =>
      averaged === 'logits' ? averageLogits(some) : averageProbabilities(some, classes);
    const points = SIZES.map((M) => {
      const values = range(Math.floor(members.length / M)).map((i) =>
        average(negLogLikelihood(combine(members.slice(i * M, (i + 1) * M)), labels, classes)),
      );
      return { M, ...estimate(values) };
    });
    const line = fitLine(
      points.map(({ M }) => 1 / M),
      points.map(({ mean: m }) => m),
    );
    const whole = average(negLogLikelihood(combine(members), labels, classes));
    return { averaged, points, line, whole };
  });

const law = 'Brier of averaged probabilities';

export const ensembleSize = check({
  name: 'size',
  group: 'ensemble',
  claim: 'The expected loss of an ensemble of M falls as 1/M to a limit that is not zero.',
  cite: citeLoraDropout('Theorem 4.5, Figure 5; the 1/M law follows from independent members'),
  prediction:
    'Brier of averaged probabilities: a + b/M exactly, a the limit’s Brier, b the members’ variance; ' +
    'cross-entropy: to first order in 1/M',
  procedure:
    'fresh random ensembles of 1 to 8 against a and b from a separate pool; disjoint blocks of real members ' +
    'with a fitted line',
  limits: 'for cross-entropy the law is asymptotic; real blocks of 8 are few, so their errors are rough',
  formula: (a: number, b: number, M: number) => a + b / M,
  perturbed: { change: 'a + b/sqrt(M)', formula: (a: number, b: number, M: number) => a + b / Math.sqrt(M) },
  measure: async (context) => ({
    random: random(context),
    real: context.material
      ? await standardReadings(context, 'dropout', context.material.rate).then((readings) => ({
          fits: blocks(readings),
          // Var(1) for the slope: the members' covariance divided by M - 1.
          slope:
            (secondOrderGain(readings.members, readings.classes) * readings.members.length) /
            (readings.members.length - 1),
        }))
      : null,
  }),
  rows: ({ random: { measured, a, b }, real }, formula) => [
    ...measured.map(({ M, mean: m, se }) =>
      equal(law, { source: 'random logits', M }, formula(a.mean, b.mean, M), m, {
        se: Math.hypot(se, a.se, b.se / M),
      }),
    ),
    ...(real?.fits ?? []).flatMap(({ averaged, points, line, whole }): CheckRow[] => [
      ...points.map(({ M, mean: m, se }) =>
        compared(`NLL of averaged ${averaged}`, { source: 'real model', M }, line.intercept + line.slope / M, m, se),
      ),
      noted('fitted limit of NLL', { source: 'real model', averaged }, line.intercept),
      compared('fitted slope in 1/M', { source: 'real model', averaged }, real?.slope ?? Number.NaN, line.slope),
      noted('NLL of all members', { source: 'real model', averaged }, whole),
    ]),
  ],
  panels: (rows) => [
    panelOf(rows, {
      title: 'Brier of random ensembles',
      axis: 'M',
      xTitle: 'ensemble size M',
      yTitle: law,
      logX: true,
      series: ({ quantity }) => (quantity === law ? law : undefined),
    }),
    panelOf(rows, {
      title: 'Test NLL of the real model, with lines in 1/M',
      axis: 'M',
      xTitle: 'ensemble size M',
      yTitle: 'NLL, nats',
      logX: true,
      series: ({ quantity, relation }) =>
        relation === 'none' && quantity.startsWith('NLL of averaged') ? quantity : undefined,
    }),
  ],
});
