import { itemAt } from '@lab/records';
import type { Evaluated } from './minimise.ts';

/**
 * Adam (Kingma and Ba 2015) on an objective that changes from step to step, its rate falling
 * linearly to zero. Full batches, fresh masks: what is averaged over steps is the expected loss.
 */
export const adam = (
  at: (theta: Float64Array, step: number) => Evaluated,
  start: Float64Array,
  { steps, rate }: { readonly steps: number; readonly rate: number },
): Float64Array => {
  const theta = Float64Array.from(start);
  const [m, v] = [new Float64Array(theta.length), new Float64Array(theta.length)];
  for (let step = 0; step < steps; step++) {
    const { grad } = at(theta, step);
    const [c1, c2] = [1 - 0.9 ** (step + 1), 1 - 0.999 ** (step + 1)];
    const lr = rate * (1 - step / steps);
    for (const [i, g] of grad.entries()) {
      const mi = 0.9 * itemAt(m, i) + 0.1 * g;
      const vi = 0.999 * itemAt(v, i) + 0.001 * g * g;
      [m[i], v[i]] = [mi, vi];
      // A frozen entry has gradient 0 throughout, so it does not move.
      theta[i] = itemAt(theta, i) - (lr * mi) / c1 / (Math.sqrt(vi / c2) + 1e-8);
    }
  }
  return theta;
};
