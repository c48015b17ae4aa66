import { itemAt } from '@lab/records';
import { fold, normal, type Key } from '@lab/random';
import { check, pick } from '../check.ts';
import { hessianTimes, losses, objective } from '../dense/lora.ts';
import { logistic } from '../dense/pointwise.ts';
import { factors, type Problem } from '../dense/problem.ts';
import { loraStart, sample, teacher } from '../dense/synthetic.ts';
import { curvature, fitDense } from '../dense/train.ts';
import { matMul, norm, plus } from '../dense/vector.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { range } from '../real/batch.ts';
import { atMost, bound, equal, noted, asConclusion, rounding64, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { stabilityBound } from './bounds.ts';
import { penaltyOf } from './problem.ts';

const sizes = { dIn: 12, dOut: 3, r: 2 };
const lambda = 0.05;

type Direction = 'symmetric' | 'antisymmetric';

/** Which directions B -> B(1 + εX), A -> (1 - εX)A leave an objective unchanged. */
type Flat = { readonly product: readonly Direction[]; readonly factors: readonly Direction[] };

const flatDirections: Flat = { product: ['symmetric', 'antisymmetric'], factors: ['antisymmetric'] };

/** A random generator X [r, r] of the kind. */
const generator = (key: Key, kind: Direction, r: number): Float64Array => {
  const raw = normal(key, r * r);
  const sign = kind === 'symmetric' ? 1 : -1;
  return Float64Array.from(raw, (x, k) => x + sign * itemAt(raw, (k % r) * r + Math.floor(k / r)));
};

/** (dA, dB) = (-X A, B X) as a direction of the parameters. */
const orbit = (problem: Problem, theta: Float64Array, X: Float64Array): Float64Array => {
  const { A, B } = factors(problem, theta);
  return Float64Array.from([...matMul(X, A, problem.r).map((x) => -x), ...matMul(B, X, problem.r)]);
};

const caseOf = (key: Key, p: number, penalised: 'product' | 'factors', n: number) => {
  const from = teacher(fold(key, 'teacher'), sizes, logistic, { signal: 2 });
  const weight = lambda * penaltyOf(p);
  const onProduct = penalised === 'product' ? weight : 0;
  const onFactors = penalised === 'factors' ? weight : 0;
  const problem = { ...sample(fold(key, 'train'), from, n, 'both'), onProduct, onFactors };
  const start = loraStart(fold(key, 'start'), problem, 0.1);
  const whole = fitDense(problem, start).at;
  const own = losses(problem, whole);
  const one = (theta: Float64Array, i: number) => {
    const weights = new Float64Array(n);
    weights[i] = 1;
    return norm(objective(problem, theta, weights).grad);
  };
  let eta = 0;
  const changes = range(n).map((i) => {
    const without = fitDense(problem, whole, i, 1e-8).at;
    for (const t of [0, 0.5, 1]) eta = Math.max(eta, one(plus(whole, plus(without, whole, -1), t), i));
    return Math.abs(itemAt(losses(problem, without), i) - itemAt(own, i));
  });
  const flatness = (['symmetric', 'antisymmetric'] as const).map((kind) => {
    const direction = orbit(problem, whole, generator(fold(key, kind), kind, sizes.r));
    return { kind, bend: norm(hessianTimes(problem, whole, direction)) / norm(direction) };
  });
  const total = curvature(problem, whole, fold(key, 'total'));
  return {
    p,
    penalised,
    weight,
    eta,
    beta: average(changes),
    flatness,
    total,
    bare: curvature({ ...problem, onProduct: 0, onFactors: 0 }, whole, fold(key, 'bare')).smallest,
    residual: norm(objective(problem, whole).grad),
    C: Math.max(...own),
    n,
  };
};

const bending = '|H·(direction that leaves BA unchanged)|';
const stability = 'pointwise hypothesis stability β, both factors';

export const bothFactors = check({
  name: 'both-factors',
  group: 'stability',
  claim:
    'Prop. 4.2 needs a positive semi-definite Hessian of the loss at the optimum; with A and B both trained ' +
    'that can fail.',
  cite: citeLoraDropout('Lemma A.1, Prop. 4.2: assumption on Λ'),
  prediction:
    'B(1+εX), (1-εX)A leave BA unchanged, so with a penalty on BA the Hessian at an optimum is zero on all ' +
    'r² of them (Λ_min + penalty = 0, the bound infinite); with a penalty on A and B only antisymmetric X ' +
    'stay flat',
  procedure:
    'logistic LoRA with 12 inputs, 3 outputs, r = 2, 60 examples; Hessian-vector products along such ' +
    'directions, Lanczos, leave-one-out retraining from the optimum',
  limits: 'warm-started retraining stays in one basin, as the lemma’s “close” asks',
  formula: flatDirections,
  perturbed: {
    change: 'symmetric directions stay flat under a penalty on A and B too',
    formula: { ...flatDirections, factors: ['symmetric', 'antisymmetric'] },
  },
  measure: (context) => {
    const rates = pick(context, { smoke: [0.3], quick: [0.1, 0.3, 0.5, 0.7] });
    const n = pick(context, { smoke: 24, quick: 60 });
    return rates.flatMap((p) => (['product', 'factors'] as const).map((where) => caseOf(context.key, p, where, n)));
  },
  rows: (measured, flat) =>
    measured.flatMap((c): CheckRow[] => {
      const penalised = c.penalised === 'product' ? '||BA||²' : '||A||² + ||B||²';
      const at = { p: c.p, lambda, penalty: penalised };
      // H·direction is the gradient moved along the orbit: at most twice what the fit left of it,
      // and rounding.
      const rounding = 10 * c.residual + rounding64(c.total.largest, 1e5);
      const limit = stabilityBound(c.eta, c.bare + 2 * c.weight, c.n);
      return [
        ...c.flatness
          .filter(({ kind }) => flat[c.penalised].includes(kind))
          .map(({ kind, bend }) => equal(bending, { ...at, X: kind }, 0, bend, { rounding })),
        ...(c.penalised === 'product'
          ? [equal('Λ_min of loss plus penalty', at, 0, c.total.smallest, { rounding })]
          : [noted('Λ_min of loss plus penalty', at, c.total.smallest)]),
        asConclusion(atMost('minus Λ_min of the loss (assumed <= 0)', at, 0, -c.bare, { rounding })),
        bound(atMost(stability, at, limit, c.beta), c.C),
        noted('η on the path', at, c.eta),
      ];
    }),
  panels: (rows) => [
    panelOf(rows, {
      title: 'Both factors trained: the loss’s own smallest curvature',
      axis: 'p',
      xTitle: 'dropout rate p',
      yTitle: 'minus Λ_min of the loss',
      series: ({ quantity, at }) =>
        quantity.startsWith('minus Λ_min') ? `penalty on ${String(at.penalty)}` : undefined,
      predicted: false,
    }),
  ],
});
