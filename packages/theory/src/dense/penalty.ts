import { factors, type Problem } from './problem.ts';
import { dot, matMul, plus, times } from './vector.ts';

/** Penalties and their gradient, added in place. */
export const addPenalty = (problem: Problem, theta: Float64Array, grad: Float64Array): number => {
  const { r, dIn, onProduct, onFactors } = problem;
  const { A, B } = factors(problem, theta);
  let value = onFactors * dot(theta, theta);
  for (let i = 0; i < theta.length; i++) grad[i]! += 2 * onFactors * theta[i]!;
  if (onProduct === 0) return value;
  const product = matMul(B, A, r);
  value += onProduct * dot(product, product);
  const dOut = B.length / r;
  for (let k = 0; k < r; k++)
    for (let i = 0; i < dOut; i++) {
      const b = B[i * r + k]!;
      let total = 0;
      for (let j = 0; j < dIn; j++) {
        const p = product[i * dIn + j]!;
        grad[k * dIn + j]! += 2 * onProduct * b * p;
        total += p * A[k * dIn + j]!;
      }
      grad[A.length + i * r + k]! += 2 * onProduct * total;
    }
  return value;
};

/** Second derivative of the penalties: the product's gradient is a cubic, so a central difference of it is exact to rounding. */
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
