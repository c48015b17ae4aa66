import { itemAt } from '@lab/records';
import { fold } from '@lab/random';
import { check, pick } from '../check.ts';
import { factors, plainView, type Problem } from '../dense/problem.ts';
import { losses, objective } from '../dense/lora.ts';
import { allPairs, masked, pairDrawer, withMasks } from '../dense/masked.ts';
import { logistic, squared } from '../dense/pointwise.ts';
import { loraStart, sample, teacher } from '../dense/synthetic.ts';
import { fitDense } from '../dense/train.ts';
import { dot, matMul, matVec, rowOf } from '../dense/vector.ts';
import { projectionMoments } from '../masks/projection.ts';
import { panelOf } from '../panel.ts';
import { citeLoraDropout } from '../papers.ts';
import { range } from '../real/batch.ts';
import { compared, equal, noted, rounding64, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { sum } from '../stats.ts';

const sizes = { dIn: 6, dOut: 3, r: 2 };
const RATES = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7] as const;
const trainedAt = 0.3;

/** The terms of E L(θ0 + Δ - d*Δ) to second order in d*Δ. */
interface Terms {
  readonly constant: number;
  readonly linear: number;
  readonly quadratic: number;
}

/** Expectations of the loss over every mask pair, at any rate: no sampling error. */
const expectedLoss = (problem: Problem, theta: Float64Array): ((p: number) => number) => {
  const perPair = allPairs(0.5, sizes.dIn, sizes.dOut).map(({ pair }) =>
    average(losses({ ...problem, views: [masked(plainView(problem), pair)] }, theta)),
  );
  return (p) => sum(allPairs(p, sizes.dIn, sizes.dOut).map(({ chance }, i) => chance * itemAt(perPair, i)));
};

/** gradient·Δ and ½ E[(d*Δ)ᵀ H (d*Δ)] from the outputs' change Σ_ij w_i d_ij Δ_ij u_j. */
const termsOf = (problem: Problem, theta: Float64Array, p: number): Terms => {
  const { A, B } = factors(problem, theta);
  const delta = matMul(B, A, sizes.r);
  const { u, w } = plainView(problem);
  const q = 1 - p;
  const per = range(problem.n).map((n) => {
    const x = rowOf(u, n, sizes.dIn);
    const contributions = delta.map((d, k) => itemAt(w, Math.floor(k / sizes.dIn)) * d * itemAt(x, k % sizes.dIn));
    const whole = dot(w, matVec(delta, x));
    const f = itemAt(problem.base, n) + whole;
    const y = itemAt(problem.y, n);
    const moments = { entry: q ** 2, row: q ** 3, column: q ** 3, nothing: q ** 4 };
    const keptSquare = projectionMoments(contributions, sizes.dIn, moments).second;
    const droppedSquare = whole ** 2 * (1 - 2 * q * q) + keptSquare;
    return {
      linear: -problem.loss.first(f, y) * (2 * p - p * p) * whole,
      quadratic: (problem.loss.second(f, y) * droppedSquare) / 2,
    };
  });
  return {
    constant: average(losses(problem, theta)),
    linear: average(per.map((t) => t.linear)),
    quadratic: average(per.map((t) => t.quadratic)),
  };
};

const overRates = 'E loss under dropout';

export const expansion = check({
  name: 'expansion',
  group: 'sparsity',
  claim:
    'To second order the expected dropout loss is L - (2p-p²) ∇L·Δ + ½E[(d*Δ)ᵀH(d*Δ)]; without rescaling the ' +
    'linear term stays.',
  cite: citeLoraDropout('section 4.1; the expansion itself is a derivation of this repository'),
  prediction: 'exact for the squared loss at every p; for the logistic loss an approximation that worsens with p',
  procedure:
    'the expectation over all 512 mask pairs of a problem with 6 inputs and 3 outputs, at weights fitted by ' +
    'plain LoRA, fitted with dropout at p = 0.3, and at random ones',
  limits:
    'the linear term is zero where the plain loss is stationary (there ∇L·BA = 0), so only weights that were ' +
    'trained with dropout, or not yet trained, show it',
  formula: ({ constant, linear, quadratic }: Terms) => constant + linear + quadratic,
  perturbed: {
    change: 'without the linear term, as in “loss plus penalty”',
    formula: ({ constant, quadratic }: Terms) => constant + quadratic,
  },
  measure: (context) =>
    [squared, logistic].flatMap((loss) => {
      const key = fold(context.key, loss.name);
      const problem = {
        ...sample(fold(key, 'data'), teacher(key, sizes, loss, { signal: 1 }), 80, 'both'),
        onFactors: 0,
      };
      const start = loraStart(fold(key, 'start'), problem, 0.5);
      const draw = pairDrawer(trainedAt, sizes);
      const pairs = range(pick(context, { smoke: 16, quick: 32 })).map((i) =>
        draw(fold(fold(key, 'training masks'), i)),
      );
      const plain = fitDense(problem, start).at;
      const points = [
        { weights: 'plain LoRA', theta: plain },
        { weights: 'LoRA Dropout, p = 0.3', theta: fitDense(withMasks(problem, pairs), start, undefined, 1e-6).at },
        { weights: 'random', theta: start },
      ];
      const slope = objective(problem, plain);
      return points.map(({ weights, theta }) => {
        const exact = expectedLoss(problem, theta);
        return {
          loss: loss.name,
          weights,
          residual: Math.sqrt(dot(slope.grad, slope.grad)),
          size: Math.sqrt(dot(theta, theta)),
          perRate: RATES.map((p) => ({ p, exact: exact(p), terms: termsOf(problem, theta, p) })),
        };
      });
    }),
  rows: (measured, formula) =>
    measured.flatMap(({ loss, weights, residual, size, perRate }): CheckRow[] => [
      ...perRate.map(({ p, exact, terms }) => {
        const at = { p, loss, weights };
        const rounding = rounding64(exact, 512 * 80);
        return loss === 'squared'
          ? equal(overRates, at, formula(terms), exact, { rounding })
          : compared(overRates, at, formula(terms), exact);
      }),
      ...perRate
        .filter(({ p }) => p === trainedAt)
        .flatMap(({ p, terms: { constant, linear } }): CheckRow[] => {
          const at = { p, loss, weights };
          // |∇L·BA| = |<dL/dB, B>| is at most the gradient that the fit left times the size of the
          // weights.
          if (weights === 'plain LoRA')
            return [equal('linear term', at, 0, linear, { rounding: 2 * residual * size + rounding64(constant, 1e3) })];
          return [noted('linear term', at, linear)];
        }),
    ]),
  panels: (rows) =>
    ['LoRA Dropout, p = 0.3', 'plain LoRA'].map((weights) =>
      panelOf(rows, {
        title: `Expected dropout loss (points) and second order (lines), weights of ${weights}`,
        axis: 'p',
        xTitle: 'dropout rate p',
        yTitle: 'expected loss',
        series: ({ quantity, at }) =>
          quantity === overRates && at.weights === weights ? `${String(at.loss)} loss` : undefined,
      }),
    ),
});
