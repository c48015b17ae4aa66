import { itemAt } from '@lab/records';
import { fold, type Key } from '@lab/random';
import { check, pick } from '../check.ts';
import { losses } from '../dense/lora.ts';
import { pairDrawer, withMasks } from '../dense/masked.ts';
import { logistic } from '../dense/pointwise.ts';
import { sizeOfA, type Problem } from '../dense/problem.ts';
import { loraStart, sample, teacher } from '../dense/synthetic.ts';
import { fitDense } from '../dense/train.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { range } from '../real/batch.ts';
import { below, noted, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { estimate } from '../stats.ts';

const sizes = { dIn: 24, dOut: 4, r: 3 };
const decay = 1e-3;

/** Training and fresh loss of one fit, read quietly and with the (1-p)² update. */
interface Reading {
  readonly train: number;
  readonly fresh: number;
}

const scaled = (problem: Problem, theta: Float64Array, factor: number): Float64Array =>
  theta.map((x, i) => (i < sizeOfA(problem) ? x : factor * x));

const fitted = (key: Key, trained: Problem['train'], p: number, draws: number) => {
  const from = teacher(fold(key, 'teacher'), sizes, logistic, { signal: 2 });
  const problem = { ...sample(fold(key, 'train'), from, 40, trained), onFactors: decay };
  const fresh = sample(fold(key, 'fresh'), from, 2000, trained);
  const draw = pairDrawer(p, sizes);
  const pairs = range(p === 0 ? 1 : draws).map((i) => draw(fold(fold(key, 'masks'), i)));
  const theta = fitDense(withMasks(problem, pairs), loraStart(fold(key, 'start'), problem, 0.1), undefined, 1e-6).at;
  const read = (factor: number): Reading => {
    const weights = scaled(problem, theta, factor);
    return { train: average(losses(problem, weights)), fresh: average(losses(fresh, weights)) };
  };
  return { deterministic: read(1), 'mean field': read((1 - p) ** 2) };
};

const gapName = 'generalisation gap under real masks';
const riskName = 'population risk under real masks';

export const ordering = check({
  name: 'ordering',
  group: 'stability',
  claim: 'The gap between population and training loss shrinks as p grows.',
  cite: citeLoraDropout('reading of Thm. 4.4'),
  prediction: 'gap at p > 0 below the gap at p = 0, paired over training sets',
  procedure:
    'logistic LoRA, 24 inputs, 4 outputs, r = 3, 40 examples, trained to the minimum of the loss averaged ' +
    'over fixed mask draws (no λ, a decay of 0.001 throughout); A frozen or trained',
  limits: 'the theorem speaks of a penalty λ(2p-p²) that no code has; these are the masks themselves',
  formula: 1,
  perturbed: { change: 'the gap grows with p', formula: -1 },
  measure: (context) => {
    const rates = pick(context, { smoke: [0, 0.5], quick: [0, 0.1, 0.3, 0.5, 0.7] });
    const sets = range(pick(context, { smoke: 5, quick: 8 }));
    const draws = pick(context, { smoke: 8, quick: 24 });
    return (['B', 'both'] as const).flatMap((trained) => {
      const perRate = rates.map((p) => ({ p, sets: sets.map((s) => fitted(fold(context.key, s), trained, p, draws)) }));
      return perRate.map(({ p, sets: fits }) => ({ trained, p, fits, plain: itemAt(perRate, 0).sets }));
    });
  },
  rows: (measured, sign) =>
    measured.flatMap(({ trained, p, fits, plain }) =>
      (['deterministic', 'mean field'] as const).flatMap((readout): CheckRow[] => {
        const at = { p, trained: trained === 'B' ? 'B, A frozen' : 'A and B', readout };
        const gap = (r: (typeof fits)[number]) => r[readout].fresh - r[readout].train;
        const gaps = estimate(fits.map(gap));
        const risk = estimate(fits.map((r) => r[readout].fresh));
        const change = estimate(fits.map((r, s) => sign * (gap(r) - gap(itemAt(plain, s)))));
        return [
          noted(gapName, at, gaps.mean, gaps.se),
          noted(riskName, at, risk.mean, risk.se),
          ...(p === 0 ? [] : [below('change of the gap against p = 0', at, 0, change)]),
        ];
      }),
    ),
  panels: (rows) =>
    [gapName, riskName].map((wanted) =>
      panelOf(rows, {
        title: wanted.charAt(0).toUpperCase() + wanted.slice(1),
        axis: 'p',
        xTitle: 'dropout rate p in training',
        yTitle: 'loss, nats',
        logY: true,
        series: ({ quantity, at }) =>
          quantity === wanted ? `${String(at.trained)}; ${String(at.readout)}` : undefined,
      }),
    ),
});
