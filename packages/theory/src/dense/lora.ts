import type { Evaluated } from './minimise.ts';
import { addPenalty, penaltyHessian } from './penalty.ts';
import { factors, type Problem, type View } from './problem.ts';
import { dot, matTVec, matVec, plus } from './vector.ts';

const rowOf = (u: Float64Array, n: number, width: number): Float64Array => u.subarray(n * width, (n + 1) * width);

/** f_n of every example under one view. */
export const outputs = (problem: Problem, theta: Float64Array, { u, w }: View = problem.views[0]!): Float64Array => {
  const { A, B } = factors(problem, theta);
  const through = matTVec(A, matTVec(B, w));
  return problem.base.map((base, n) => base + dot(rowOf(u, n, problem.dIn), through));
};

/** Losses of every example under the first view, without penalties. */
export const losses = (problem: Problem, theta: Float64Array): Float64Array =>
  outputs(problem, theta).map((f, n) => problem.loss.value(f, problem.y[n]!));

/** a xᵀ added to M, row-major. */
const addOuter = (M: Float64Array, at: number, a: ArrayLike<number>, x: ArrayLike<number>, scale: number): void => {
  for (let i = 0; i < a.length; i++) {
    const c = scale * a[i]!;
    for (let j = 0; j < x.length; j++) M[at + i * x.length + j]! += c * x[j]!;
  }
};

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
      const share = (weights ? weights[i]! : 1 / n) / views.length;
      if (share === 0) continue;
      const x = rowOf(u, i, dIn);
      const f = base[i]! + dot(x, through);
      value += share * loss.value(f, y[i]!);
      const slope = share * loss.first(f, y[i]!);
      for (let j = 0; j < dIn; j++) pull[j]! += slope * x[j]!;
    }
    // dL/dA = (Bᵀ w) pullᵀ and dL/dB = w (A pull)ᵀ
    if (problem.train === 'both') addOuter(grad, 0, back, pull, 1);
    addOuter(grad, A.length, w, matVec(A, pull), 1);
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
      const f = base[i]! + dot(x, through);
      const share = 1 / (n * views.length);
      const curve = share * loss.second(f, y[i]!) * dot(x, dThrough);
      const slope = share * loss.first(f, y[i]!);
      for (let j = 0; j < dIn; j++) {
        bend[j]! += curve * x[j]!;
        pull[j]! += slope * x[j]!;
      }
    }
    addOuter(out, 0, back, bend, 1);
    addOuter(out, 0, dBack, pull, 1);
    addOuter(out, A.length, w, matVec(A, bend), 1);
    addOuter(out, A.length, w, matVec(dA, pull), 1);
  }
  return freeze(problem, A.length, out);
};
