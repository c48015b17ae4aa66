import { itemAt } from '@lab/records';
import type { Key } from '@lab/random';
import { extremeEigenvalues } from './lanczos.ts';
import type { Pointwise } from './pointwise.ts';
import { factors, plainView, type Problem } from './problem.ts';
import { solve } from './solve.ts';
import { addOuter, addTo, dot, matTVec, matVec, norm, plus, rowOf, times } from './vector.ts';

/**
 * LoRA with A frozen, reduced: f_n = base_n + z_n·c with z = |w| A u and c the coordinates of wᵀB /
 * |w|. Parts of B that the head does not read stay zero, so ||B|| = ||c||, and with orthonormal
 * rows of A the penalty weight ||BA||² is weight ||c||².
 */
export interface LinearProblem {
  readonly loss: Pointwise;
  readonly z: readonly Float64Array[];
  readonly base: Float64Array;
  readonly y: Float64Array;
  readonly weight: number;
}

/** The reduction of a problem whose A, in `theta`, is frozen. */
export const reducedProblem = (problem: Problem, theta: Float64Array): LinearProblem => {
  const { A } = factors(problem, theta);
  const { u, w } = plainView(problem);
  const length = norm(w);
  return {
    loss: problem.loss,
    z: Array.from({ length: problem.n }, (_, i) => times(matVec(A, rowOf(u, i, problem.dIn)), length)),
    base: problem.base,
    y: problem.y,
    weight: problem.onProduct,
  };
};

export const linearOutput = ({ z, base }: LinearProblem, c: Float64Array, i: number): number =>
  itemAt(base, i) + dot(itemAt(z, i), c);

/** Losses of every example, without the penalty. */
export const linearLosses = (problem: LinearProblem, c: Float64Array): Float64Array =>
  problem.y.map((y, i) => problem.loss.value(linearOutput(problem, c, i), y));

/** Gradient of one example's penalised loss. */
export const exampleGradient = (problem: LinearProblem, c: Float64Array, i: number): Float64Array =>
  plus(
    times(itemAt(problem.z, i), problem.loss.first(linearOutput(problem, c, i), itemAt(problem.y, i))),
    c,
    2 * problem.weight,
  );

const objectiveOf = (problem: LinearProblem, c: Float64Array, without: number): number => {
  const all = linearLosses(problem, c);
  const kept = all.length - (without < 0 ? 0 : 1);
  return all.reduce((t, l, i) => (i === without ? t : t + l / kept), problem.weight * dot(c, c));
};

/**
 * The minimiser by damped Newton steps, to a gradient of 1e-12; `without` leaves one example out,
 * the others weighing 1/(n-1).
 */
export const fitLinear = (problem: LinearProblem, start: Float64Array, without = -1): Float64Array => {
  const { z, y, loss, weight } = problem;
  const r = start.length;
  const kept = z.length - (without < 0 ? 0 : 1);
  let c = start;
  for (let step = 0; step < 100; step++) {
    const grad = times(c, 2 * weight);
    // A hair of ridge keeps the step defined where the data leave a direction flat.
    const H = new Float64Array(r * r);
    for (let k = 0; k < r; k++) H[k * (r + 1)] = 2 * weight + 1e-12;
    for (const [i, zi] of z.entries()) {
      if (i === without) continue;
      const [f, target] = [linearOutput(problem, c, i), itemAt(y, i)];
      addTo(grad, zi, loss.first(f, target) / kept);
      addOuter(H, zi, zi, loss.second(f, target) / kept);
    }
    if (norm(grad) < 1e-12) break;
    const d = solve(H, times(grad, -1));
    let size = 1;
    // A short Newton step of a smooth convex function needs no search.
    if (norm(d) > 0.1 * (1 + norm(c))) {
      const now = objectiveOf(problem, c, without);
      while (objectiveOf(problem, plus(c, d, size), without) > now + 1e-15 * Math.abs(now) && size > 1e-10) size /= 2;
    }
    c = plus(c, d, size);
  }
  return c;
};

/**
 * Extreme eigenvalues of the Hessian of the mean loss, penalty not counted, by Lanczos on
 * Hessian-vector products.
 */
export const linearCurvature = (problem: LinearProblem, c: Float64Array, key: Key) => {
  const rows = Float64Array.from(problem.z.flatMap((zi) => Array.from(zi)));
  const second = problem.y.map((y, i) => problem.loss.second(linearOutput(problem, c, i), y) / problem.y.length);
  const product = (v: Float64Array) => {
    const along = matVec(rows, v);
    return matTVec(
      rows,
      along.map((x, i) => x * itemAt(second, i)),
    );
  };
  return extremeEigenvalues(product, c.length, key);
};
