import { itemAt } from '@lab/records';
import type { Evaluated } from './minimise.ts';
import { addPenalty, penaltyHessian } from './penalty.ts';
import { factors, plainView, type Problem, type View } from './problem.ts';
import { addOuter, addTo, dot, matTVec, matVec, plus, rowOf } from './vector.ts';

/** f_n of every example under one view. */
export const outputs = (problem: Problem, theta: Float64Array, { u, w }: View = plainView(problem)): Float64Array => {
  const { A, B } = factors(problem, theta);
  const through = matTVec(A, matTVec(B, w));
  return problem.base.map((base, n) => base + dot(rowOf(u, n, problem.dIn), through));
};

/** Losses of every example under the first view, without penalties. */
export const losses = (problem: Problem, theta: Float64Array): Float64Array =>
  outputs(problem, theta).map((f, n) => problem.loss.value(f, itemAt(problem.y, n)));

const freeze = ({ train }: Problem, size: number, grad: Float64Array): Float64Array =>
  train === 'B' ? grad.fill(0, 0, size) : grad;

/**
 * Σ_n weights_n mean_views loss_n plus the penalties, with its gradient. Without `weights` the mean
 * over all examples; the entries of a factor that is not trained have gradient 0.
 */
export const objective = (problem: Problem, theta: Float64Array, weights?: Float64Array): Evaluated => {
  const { n, dIn, loss, base, y, views } = problem;
  const { A, B } = factors(problem, theta);
  const grad = new Float64Array(theta.length);
  let value = addPenalty(problem, theta, grad);
  for (const { u, w } of views) {
    const back = matTVec(B, w);
    const through = matTVec(A, back);
    const pull = new Float64Array(dIn);
    for (let i = 0; i < n; i++) {
      const share = (weights ? itemAt(weights, i) : 1 / n) / views.length;
      if (share === 0) continue;
      const x = rowOf(u, i, dIn);
      const [f, target] = [itemAt(base, i) + dot(x, through), itemAt(y, i)];
      value += share * loss.value(f, target);
      addTo(pull, x, share * loss.first(f, target));
    }
    // dL/dA = (Bᵀ w) pullᵀ and dL/dB = w (A pull)ᵀ
    if (problem.train === 'both') addOuter(grad, back, pull);
    addOuter(grad.subarray(A.length), w, matVec(A, pull));
  }
  return { value, grad: freeze(problem, A.length, grad) };
};

/**
 * The Hessian of the objective times a direction, exactly for the losses; penalties by their own
 * second derivative.
 */
export const hessianTimes = (problem: Problem, theta: Float64Array, direction: Float64Array): Float64Array => {
  const { n, dIn, loss, base, y, views } = problem;
  const { A, B } = factors(problem, theta);
  const { A: dA, B: dB } = factors(problem, direction);
  const out = penaltyHessian(problem, theta, direction);
  for (const { u, w } of views) {
    const [back, dBack] = [matTVec(B, w), matTVec(dB, w)];
    const through = matTVec(A, back);
    const dThrough = plus(matTVec(A, dBack), matTVec(dA, back));
    const [bend, pull] = [new Float64Array(dIn), new Float64Array(dIn)];
    for (let i = 0; i < n; i++) {
      const x = rowOf(u, i, dIn);
      const [f, target] = [itemAt(base, i) + dot(x, through), itemAt(y, i)];
      const share = 1 / (n * views.length);
      addTo(bend, x, share * loss.second(f, target) * dot(x, dThrough));
      addTo(pull, x, share * loss.first(f, target));
    }
    addOuter(out, back, bend);
    addOuter(out, dBack, pull);
    addOuter(out.subarray(A.length), w, matVec(A, bend));
    addOuter(out.subarray(A.length), w, matVec(dA, pull));
  }
  return freeze(problem, A.length, out);
};
