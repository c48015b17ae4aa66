import { fold, type Key } from '@lab/random';
import { extremeEigenvalues } from './lanczos.ts';
import { hessianTimes, objective } from './lora.ts';
import { minimise, type Minimum } from './minimise.ts';
import { sizeOfA, sizeOfBoth, type Problem } from './problem.ts';

/**
 * Fits the trained factors from a start. `without` leaves one example out, the others weighing
 * 1/(n-1).
 */
export const fitDense = (problem: Problem, start: Float64Array, without?: number, limit = 1e-9): Minimum => {
  const { n } = problem;
  if (without === undefined) return minimise((theta) => objective(problem, theta), start, { limit });
  const weights = new Float64Array(n).fill(1 / (n - 1));
  weights[without] = 0;
  return minimise((theta) => objective(problem, theta, weights), start, { limit });
};

/** First index of the trained part of the parameters. */
const trainedFrom = (problem: Problem): number => (problem.train === 'B' ? sizeOfA(problem) : 0);

/**
 * The Hessian's extreme eigenvalues on the trained parameters, by Lanczos on Hessian-vector
 * products.
 */
export const curvature = (problem: Problem, theta: Float64Array, key: Key, steps?: number) => {
  const from = trainedFrom(problem);
  const size = sizeOfBoth(problem) - from;
  const product = (v: Float64Array): Float64Array => {
    const whole = new Float64Array(from + size);
    whole.set(v, from);
    return hessianTimes(problem, theta, whole).slice(from);
  };
  return extremeEigenvalues(product, size, fold(key, 'lanczos'), steps);
};
