import { itemAt } from '@lab/records';
import { dot, norm, plus, times } from './vector.ts';

export interface Evaluated {
  readonly value: number;
  readonly grad: Float64Array;
}

export interface Minimum extends Evaluated {
  readonly at: Float64Array;
  readonly steps: number;
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/**
 * The quasi-Newton direction by two loops over the last pairs (Nocedal and Wright, algorithm 7.4).
 */
const direction = (grad: Float64Array, pairs: readonly Pair[]): Float64Array => {
  let q = times(grad, -1);
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = itemAt(pairs, i);
    alphas[i] = rho * dot(s, q);
    q = plus(q, y, -itemAt(alphas, i));
  }
  const last = pairs.at(-1);
  if (last) q = times(q, 1 / (last.rho * dot(last.y, last.y)));
  for (const [i, { s, y, rho }] of pairs.entries()) q = plus(q, s, itemAt(alphas, i) - rho * dot(y, q));
  return q;
};

/**
 * A minimum of a smooth function by L-BFGS with memory 12 and a backtracking search, until the
 * gradient's norm is below `limit` or the value no longer falls. Deterministic.
 */
export const minimise = (
  f: (x: Float64Array) => Evaluated,
  start: Float64Array,
  { limit = 1e-9, most = 500 }: { readonly limit?: number; readonly most?: number } = {},
): Minimum => {
  let at = start;
  let now = f(at);
  let pairs: Pair[] = [];
  let steps = 0;
  for (; steps < most && norm(now.grad) > limit; steps++) {
    let d = direction(now.grad, pairs);
    if (dot(d, now.grad) >= 0) {
      pairs = [];
      d = times(now.grad, -1);
    }
    const slope = dot(d, now.grad);
    let step = pairs.length === 0 ? Math.min(1, 1 / norm(now.grad)) : 1;
    let next = f(plus(at, d, step));
    while (!(next.value <= now.value + 1e-4 * step * slope) && step > 1e-14) {
      step /= 2;
      next = f(plus(at, d, step));
    }
    if (!(next.value <= now.value)) break;
    const moved = plus(at, d, step);
    const s = times(d, step);
    const y = plus(next.grad, now.grad, -1);
    const curvature = dot(s, y);
    if (curvature > 1e-14 * norm(s) * norm(y)) pairs = [...pairs.slice(-11), { s, y, rho: 1 / curvature }];
    [at, now] = [moved, next];
  }
  return { at, ...now, steps };
};
