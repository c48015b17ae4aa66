import { itemAt } from '@lab/records';
import { fold } from '@lab/random';
import { check, pick, type Context } from '../check.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { standardReadings } from '../real/readings.ts';
import { compared, equal, noted, rounding64, type At, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { sum } from '../stats.ts';
import { averageLogits, averageProbabilities, logSoftmaxRows, softmaxRows } from './combine.ts';
import { brierRows, negLogLikelihood } from './measures.ts';
import { secondOrderGain } from './second-order.ts';
import { syntheticMembers, type Members } from './synthetic.ts';

/** Mean over examples of KL(P || Q), nats; log probabilities [n C]. */
const divergence = (P: Float64Array, Q: Float64Array, classes: number): number =>
  (sum(P.map((p, i) => Math.exp(p) * (p - itemAt(Q, i)))) * classes) / P.length;

/**
 * Disagreement of the members with the centre's log probabilities, in the direction that a formula
 * chooses.
 */
type Disagreement = (centre: Float64Array, member: Float64Array, classes: number) => number;

const toMembers: Disagreement = (centre, member, classes) => divergence(centre, member, classes);
const fromMembers: Disagreement = (centre, member, classes) => divergence(member, centre, classes);

const gainsOf = ({ members, labels, classes }: Members) => {
  const meanOf = (loss: typeof brierRows, outputs: Float64Array) => average(loss(outputs, labels, classes));
  const single = (loss: typeof brierRows) => average(members.map((z) => meanOf(loss, z)));
  const probabilities = members.map((z) => softmaxRows(z, classes));
  const centre = averageLogits(probabilities);
  return {
    logits: single(negLogLikelihood) - meanOf(negLogLikelihood, averageLogits(members)),
    probabilities: single(negLogLikelihood) - meanOf(negLogLikelihood, averageProbabilities(members, classes)),
    brier: single(brierRows) - meanOf(brierRows, averageProbabilities(members, classes)),
    spread: average(
      probabilities.map((q) => (sum(q.map((x, i) => (x - itemAt(centre, i)) ** 2)) * classes) / q.length),
    ),
    secondOrder: secondOrderGain(members, classes),
  };
};

const cases = async (context: Context): Promise<readonly { readonly at: At; readonly members: Members }[]> => {
  const noise = [0.1, 0.3, 1, 3].map((spread) => ({
    at: { source: 'random logits', spread },
    members: syntheticMembers(context.key, fold(context.key, `spread=${spread}`), 16, spread),
  }));
  const real = [];
  if (context.material)
    for (const p of pick(context, { smoke: [0.3], quick: [0.1, 0.3, 0.5] }))
      real.push({ at: { source: 'real model', p }, members: await standardReadings(context, 'dropout', p) });
  return [...noise, ...real];
};

const guess = 'gain of averaged logits, nats';

export const gain = check({
  name: 'gain',
  group: 'ensemble',
  claim: 'The gain of an ensemble is its members’ disagreement.',
  cite: citeLoraDropout('Theorem 4.5; Krogh and Vedelsby 1995 for the squared loss'),
  prediction:
    'averaged logits: mean KL(ensemble || member), without the labels; averaged probabilities: mean squared ' +
    'distance, for Brier',
  procedure:
    'both sides on random and real members; beside them ½ tr(H Cov z), the gain to second order in the ' +
    'spread of the logits',
  limits:
    'the identities are exact; the second order overstates the gain where members disagree by more than about one nat',
  formula: toMembers,
  perturbed: { change: 'KL(member || ensemble), the other direction', formula: fromMembers },
  measure: cases,
  rows: (readings, disagreement) =>
    readings.flatMap(({ at, members: m }): CheckRow[] => {
      const g = gainsOf(m);
      const centre = logSoftmaxRows(averageLogits(m.members), m.classes);
      const kl = average(m.members.map((z) => disagreement(centre, logSoftmaxRows(z, m.classes), m.classes)));
      // Differences of mean losses of at most some 50 nats over all members and examples.
      const rounding = rounding64(50, m.members.length * m.labels.length);
      return [
        equal('gain of averaged logits = mean KL', at, kl, g.logits, { rounding }),
        equal('gain in Brier = spread of probabilities', at, g.spread, g.brier, { rounding }),
        compared(guess, at, g.secondOrder, g.logits),
        noted('gain of averaged probabilities, nats', at, g.probabilities),
      ];
    }),
  panels: (rows) => [
    panelOf(rows, {
      title: 'Gain of the ensemble and its second order, random members',
      axis: 'spread',
      xTitle: 'standard deviation of the logits',
      yTitle: 'gain, nats',
      logX: true,
      logY: true,
      series: ({ quantity }) => (quantity === guess ? quantity : undefined),
    }),
    panelOf(rows, {
      title: 'Gain of the ensemble and its second order, real model',
      axis: 'p',
      xTitle: 'dropout rate p at test',
      yTitle: 'gain, nats',
      series: ({ quantity }) =>
        /^gain of averaged (logits|probabilities), nats/.test(quantity) ? quantity : undefined,
    }),
  ],
});
