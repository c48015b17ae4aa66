import { factors, type Problem } from './problem.ts';
import { dot, matMul, plus, times } from './vector.ts';

/** M Mᵀ of a row-major M with `rows` rows. */
const gram = (M: Float64Array, rows: number): Float64Array => {
  const columns = M.length / rows;
  const row = (i: number) => M.subarray(i * columns, (i + 1) * columns);
  return Float64Array.from({ length: rows * rows }, (_, k) => dot(row(Math.floor(k / rows)), row(k % rows)));
};

const transposed = (M: Float64Array, columns: number): Float64Array => {
  const rows = M.length / columns;
  return Float64Array.from(M, (_, k) => M[(k % rows) * columns + Math.floor(k / rows)]!);
};

/**
 * Penalties, their gradient added to `grad` in place. ||BA||² = tr(BᵀB AAᵀ), so its gradients are 2
 * BᵀB A and 2 B AAᵀ and nothing of the product's size is formed.
 */
export const addPenalty = (problem: Problem, theta: Float64Array, grad: Float64Array): number => {
  const { r, onProduct, onFactors } = problem;
  const { A, B } = factors(problem, theta);
  for (let i = 0; i < theta.length; i++) grad[i]! += 2 * onFactors * theta[i]!;
  const value = onFactors * dot(theta, theta);
  if (onProduct === 0) return value;
  const inA = gram(A, r);
  const inB = gram(transposed(B, r), r);
  const [byA, byB] = [matMul(inB, A, r), matMul(B, inA, r)];
  for (let i = 0; i < byA.length; i++) grad[i]! += 2 * onProduct * byA[i]!;
  for (let i = 0; i < byB.length; i++) grad[byA.length + i]! += 2 * onProduct * byB[i]!;
  return value + onProduct * dot(inA, inB);
};

/**
 * Second derivative of the penalties: the product's gradient is a cubic, so a central difference of
 * it is exact to rounding.
 */
export const penaltyHessian = (problem: Problem, theta: Float64Array, direction: Float64Array): Float64Array => {
  const at = (scale: number): Float64Array => {
    const grad = new Float64Array(theta.length);
    addPenalty(problem, plus(theta, direction, scale), grad);
    return grad;
  };
  // (g(x+h) - g(x-h)) / 2h = H v + h² (…): for a cubic, two widths cancel the rest exactly.
  const wide = times(plus(at(1), at(-1), -1), 0.5);
  const narrow = plus(at(0.5), at(-0.5), -1);
  return times(plus(times(narrow, 4), wide, -1), 1 / 3);
};
