import { check, materialOf, pick } from '../check.ts';
import { panelOf, oneOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { standardReadings, type MaskReadings } from '../real/readings.ts';
import { negLogLikelihood } from '../ensemble/measures.ts';
import { averageLogits } from '../ensemble/combine.ts';
import { below, noted, type CheckRow } from '../row.ts';
import { range } from '../real/batch.ts';
import { average } from '@lab/metrics';
import { jackknife } from '../stats.ts';

const deterministicBias = 'squared bias of the deterministic pass';
const meanBias = 'squared bias of the mean field';

/**
 * Mean over the sentences of the squared difference to the members' mean margin, less the members'
 * own sampling error: unbiased, so it may fall below zero where there is no bias to see.
 */
const biasOf = ({ members, classes, labels }: MaskReadings, outputs: Float64Array) => {
  const margin = (z: Float64Array, i: number) => z[i * classes + 1]! - z[i * classes]!;
  const squares = (at: readonly number[]): number =>
    average(
      range(labels.length).map((i) => {
        const values = at.map((m) => margin(members[m]!, i));
        const centre = average(values);
        const error = values.reduce((s, v) => s + (v - centre) ** 2, 0) / (values.length * (values.length - 1));
        return (margin(outputs, i) - centre) ** 2 - error;
      }),
    );
  return jackknife(range(members.length), squares);
};

export const readoutBias = check({
  name: 'readout-bias',
  group: 'masks',
  claim:
    'Masks off without (1-p)² makes the update too large; scaling by (1-p)² nearly gives the mean of the ensemble.',
  cite: citeLoraDropout('Eq. 8; mean field from Eq. 2'),
  prediction: 'the mean field is nearer to the mean over masks than the deterministic pass is',
  procedure:
    'squared difference of the two class logits on test sentences from its mean over members, less the ' +
    'members’ sampling error; weights of plain LoRA and of LoRA Dropout',
  limits: 'exact in one linear map; behind softmax, ReLU and normalisation the mean field keeps a bias of its own',
  needsMaterial: true,
  formula: { small: meanBias, large: deterministicBias },
  perturbed: {
    change: 'the deterministic pass is the nearer one',
    formula: { small: deterministicBias, large: meanBias },
  },
  measure: async (context) => {
    const material = materialOf(context);
    const rates = pick(context, { smoke: [0.3], quick: [0.1, 0.3, 0.5] });
    const cases = [];
    for (const which of ['plain', 'dropout'] as const)
      for (const p of rates) {
        const r = await standardReadings(context, which, p);
        const nll = (outputs: Float64Array) => average(negLogLikelihood(outputs, r.labels, r.classes));
        cases.push({
          at: { p, trained: which === 'plain' ? 'plain LoRA' : `LoRA Dropout, p = ${material.rate}` },
          [deterministicBias]: biasOf(r, r.deterministic),
          [meanBias]: biasOf(r, r.meanField),
          nll: {
            deterministic: nll(r.deterministic),
            meanField: nll(r.meanField),
            ensemble: nll(averageLogits(r.members)),
          },
          members: r.members.length,
        });
      }
    return cases;
  },
  rows: (measured, { small, large }) =>
    measured.flatMap((one): CheckRow[] => {
      const { at, nll, members } = one;
      const [less, more] = [one[small as typeof meanBias], one[large as typeof deterministicBias]];
      return [
        noted(large, at, more.mean, more.se),
        { ...below(small, at, more.mean, { ...less, se: Math.hypot(less.se, more.se) }), standardError: less.se },
        noted('test NLL, deterministic', at, nll.deterministic),
        noted('test NLL, mean field', at, nll.meanField),
        noted('test NLL, ensemble', { ...at, M: members }, nll.ensemble),
      ];
    }),
  panels: (rows) => [
    panelOf(rows, {
      title: 'Distance to the mean over masks: weights of LoRA Dropout',
      axis: 'p',
      xTitle: 'dropout rate p at test',
      yTitle: 'squared difference of logits',
      predicted: false,
      series: (row) =>
        String(row.at.trained).startsWith('LoRA') ? oneOf(deterministicBias, meanBias)(row) : undefined,
    }),
    panelOf(rows, {
      title: 'Distance to the mean over masks: weights of plain LoRA',
      axis: 'p',
      xTitle: 'dropout rate p at test',
      yTitle: 'squared difference of logits',
      predicted: false,
      series: (row) => (row.at.trained === 'plain LoRA' ? oneOf(deterministicBias, meanBias)(row) : undefined),
    }),
  ],
});
