import { factors, type Problem } from './problem.ts';
import { addTo, dot, matMul, plus, rowOf, times, transposed } from './vector.ts';

/** M Mᵀ of a row-major M with `rows` rows. */
const gram = (M: Float64Array, rows: number): Float64Array => {
  const row = (i: number) => rowOf(M, i, M.length / rows);
  return Float64Array.from({ length: rows * rows }, (_, k) => dot(row(Math.floor(k / rows)), row(k % rows)));
};

/**
 * Penalties, their gradient added to `grad` in place. ||BA||² = tr(BᵀB AAᵀ), so its gradients are 2
 * BᵀB A and 2 B AAᵀ and nothing of the product's size is formed.
 */
export const addPenalty = (problem: Problem, theta: Float64Array, grad: Float64Array): number => {
  const { r, onProduct, onFactors } = problem;
  const { A, B } = factors(problem, theta);
  addTo(grad, theta, 2 * onFactors);
  const value = onFactors * dot(theta, theta);
  if (onProduct === 0) return value;
  const inA = gram(A, r);
  const inB = gram(transposed(B, r), r);
  addTo(grad, matMul(inB, A, r), 2 * onProduct);
  addTo(grad.subarray(A.length), matMul(B, inA, r), 2 * onProduct);
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
