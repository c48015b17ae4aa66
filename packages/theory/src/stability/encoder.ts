import { itemAt } from '@lab/records';
import { fold, type Key } from '@lab/random';
import { adam } from '../dense/adam.ts';
import { check, pick, type Context } from '../check.ts';
import { reducedProblem } from '../dense/linear.ts';
import { losses, objective } from '../dense/lora.ts';
import { pairDrawer, withMasks } from '../dense/masked.ts';
import { sizeOfA, type Problem } from '../dense/problem.ts';
import { loraStart } from '../dense/synthetic.ts';
import { curvature, fitDense } from '../dense/train.ts';
import { norm, plus } from '../dense/vector.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { range } from '../real/batch.ts';
import { lastLayer } from '../real/features.ts';
import { atMost, bound, equal, noted, asConclusion, rounding64, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { gapBound, stabilityBound } from './bounds.ts';
import { encoderProblem, fitHead, halves, encodedLength } from './encoder-problem.ts';
import { penaltyOf, stabilityOf, type Stability } from './problem.ts';

const r = 8;
const lambda = 0.01;
const delta = 0.05;

/** Leave-one-out over some examples with both factors trained; the penalty on ||BA||². */
const bothOf = (problem: Problem, fresh: Problem, start: Float64Array, left: number, key: Key) => {
  const whole = fitDense(problem, start, undefined, 1e-6).at;
  const own = losses(problem, whole);
  const one = (theta: Float64Array, i: number) => {
    const weights = new Float64Array(problem.n);
    weights[i] = 1;
    return norm(objective(problem, theta, weights).grad);
  };
  let eta = Math.max(...range(problem.n).map((i) => one(whole, i)));
  const changes = range(left).map((i) => {
    const without = fitDense(problem, whole, i, 1e-6).at;
    for (const t of [0.5, 1]) eta = Math.max(eta, one(plus(whole, plus(without, whole, -1), t), i));
    return Math.abs(itemAt(losses(problem, without), i) - itemAt(own, i));
  });
  const bare = { ...problem, onProduct: 0 };
  return {
    eta,
    beta: average(changes),
    smallest: curvature(bare, whole, key, 60).smallest,
    C: Math.max(...own, ...losses(fresh, whole)),
    gap: average(losses(fresh, whole)) - average(own),
    weight: problem.onProduct,
    n: problem.n,
  };
};

/** Gap after training with fresh masks at every step, A frozen, N = 2. */
const maskedGap = (plain: Problem, fresh: Problem, start: Float64Array, p: number, key: Key, steps: number) => {
  const draw = pairDrawer(p, plain);
  const problem = { ...plain, onFactors: 1e-3 };
  const masks = (step: number) => range(p === 0 ? 1 : 2).map((i) => draw(fold(fold(key, step), i)));
  const theta = adam((at, step) => objective(withMasks(problem, masks(step)), at), start, { steps, rate: 0.02 });
  const scaled = theta.map((x, i) => (i < sizeOfA(plain) ? x : (1 - p) ** 2 * x));
  const read = (at: Float64Array) => average(losses(fresh, at)) - average(losses(plain, at));
  return { deterministic: read(theta), meanField: read(scaled) };
};

const measure = async (context: Context) => {
  const { train, test, key } = await lastLayer(context);
  const [forHead, forAdapter] = halves(train.labels.length);
  const head = fitHead(train, forHead);
  const options = { r, scale: encodedLength(train) / Math.sqrt(train.dIn / r) };
  const plain = encoderProblem(train, head, forAdapter, options);
  const fresh = encoderProblem(test, head, range(test.labels.length), options);
  const start = loraStart(key, plain, 0);
  const warm = loraStart(key, plain, 0.01);
  const rates = pick(context, { smoke: [0, 0.5], quick: [0, 0.1, 0.3, 0.5, 0.7] });
  const left = pick(context, { smoke: 2, quick: 6 });
  const steps = pick(context, { smoke: 5, quick: 200 });
  const perRate = rates.map((p) => {
    const onProduct = lambda * penaltyOf(p);
    const problem = { ...plain, onProduct };
    const setting = { p, lambda, n: plain.n };
    return {
      p,
      frozen: p === 0 ? null : stabilityOf(reducedProblem(problem, start), reducedProblem(fresh, start), setting, key),
      both: p === 0 ? null : bothOf({ ...problem, train: 'both' }, { ...fresh, train: 'both' }, warm, left, key),
      masked: maskedGap(plain, fresh, start, p, fold(key, 'masks'), steps),
    };
  });
  // Without penalty the frozen optimum in all of B: directions that the head does not read are
  // flat.
  const inB = curvature({ ...plain, train: 'B' }, start, key, 40);
  return { perRate, inB, path: train.path };
};

const stability = 'pointwise hypothesis stability β';
const gapName = 'generalisation gap';

/** Prop. 4.2 from measured constants. */
type Bound = (eta: number, curvature: number, n: number) => number;

const boundRows = (
  at: CheckRow['at'],
  s: Pick<Stability, 'eta' | 'smallest' | 'weight' | 'n' | 'beta' | 'C'>,
  gap: number,
  of: Bound,
): readonly CheckRow[] => {
  const mu = s.smallest + 2 * s.weight;
  const limit = of(s.eta, mu, s.n);
  return [
    bound(atMost(stability, at, limit, s.beta, { rounding: rounding64(s.C, 1e6) }), s.C),
    bound(atMost(gapName, at, mu > 0 ? gapBound(s.C, s.eta, mu, s.n, delta) : Infinity, gap), s.C),
    noted('Λ_min of the mean loss', at, s.smallest),
    noted('η on the path', at, s.eta),
  ];
};

export const encoderStability = check({
  name: 'encoder-last-layer',
  group: 'stability',
  claim: 'The bounds of Prop. 4.2 and Thm. 4.4 on LoRA in the last layer of the real encoder.',
  cite: citeLoraDropout('Prop. 4.2, Thm. 4.4'),
  prediction:
    'upper bounds on β and on the gap; Λ_min = 0 over all of B, since one logit reads one direction of each row',
  procedure:
    'last adapted linear map under mean pooling, a logistic head fitted on half of the training sentences ' +
    'and then frozen, LoRA (r = 8) on the other half; penalty λ(2p-p²)||BA||², λ = 0.01; population risk on ' +
    'test sentences',
  limits:
    'at p = 0 nothing penalises and the few sentences are separable, so there is no optimum to speak of; for ' +
    'A frozen, Λ_min over the coordinates that the head reads is used, the kindest reading; masks are ' +
    'trained with a decay of 0.001 instead',
  needsMaterial: true,
  formula: stabilityBound,
  perturbed: {
    change: 'n³ in the place of n',
    formula: (eta: number, mu: number, n: number) => stabilityBound(eta, mu, n ** 3),
  },
  measure,
  rows: ({ perRate, inB, path }, of) => [
    equal('Λ_min of the mean loss over all of B', { path }, 0, inB.smallest, {
      rounding: rounding64(inB.largest, 1e5),
    }),
    ...perRate.flatMap(({ p, frozen, both, masked }): CheckRow[] => {
      const at = { p, trained: 'B, A frozen' };
      return [
        ...(frozen ? boundRows(at, frozen, frozen.testRisk - frozen.trainRisk, of) : []),
        ...(both
          ? [
              ...boundRows({ p, trained: 'A and B' }, both, both.gap, of),
              asConclusion(
                atMost('minus Λ_min of the loss (assumed <= 0)', { p, trained: 'A and B' }, 0, -both.smallest),
              ),
            ]
          : []),
        noted('gap after training with masks', { ...at, readout: 'deterministic' }, masked.deterministic),
        noted('gap after training with masks', { ...at, readout: 'mean field' }, masked.meanField),
      ];
    }),
  ],
  panels: (rows) => [
    panelOf(rows, {
      title: 'Last layer of the encoder: stability (points) and bound (lines)',
      axis: 'p',
      xTitle: 'dropout rate p',
      yTitle: 'β',
      logY: true,
      series: ({ quantity, at }) => (quantity === stability ? String(at.trained) : undefined),
    }),
    panelOf(rows, {
      title: 'Last layer of the encoder: gaps',
      axis: 'p',
      xTitle: 'dropout rate p',
      yTitle: 'test minus training loss',
      predicted: false,
      series: ({ quantity, at }) =>
        quantity === gapName
          ? `penalty, ${String(at.trained)}`
          : quantity.startsWith('gap after')
            ? `masks, A frozen, ${String(at.readout)}`
            : undefined,
    }),
  ],
});
