import type { HostParams } from '@lab/adapter';
import { itemAt } from '@lab/records';
import type { Blueprint } from '../session/blueprint.ts';
import type { Left } from './left.ts';

/**
 * How far the update of averaged factors, mean(B) mean(A), is from the average of the updates,
 * mean(B A), which is what averaging clients means: the Frobenius norm of the difference over all
 * targets, as a share of the norm of the latter. `start` has the averaged factors. Undefined where
 * a single run is taken over, where updates cannot be written as matrices, and where all are zero.
 */
export const averagingError = (
  { adapter }: Pick<Blueprint, 'adapter'>,
  lefts: readonly Pick<Left, 'params' | 'share'>[],
  start: HostParams,
): number | undefined => {
  const { delta, targets } = adapter;
  if (lefts.length < 2 || !delta) return undefined;
  let [difference, size] = [0, 0];
  for (const spec of targets) {
    const updates = lefts.map(({ params, share }) => ({ update: delta(spec, params), share }));
    delta(spec, start).forEach((x, i) => {
      const mean = updates.reduce((sum, { update, share }) => sum + share * itemAt(update, i), 0);
      difference += (x - mean) ** 2;
      size += mean ** 2;
    });
  }
  return size > 0 ? Math.sqrt(difference / size) : undefined;
};
