import type { TaskKind } from '@lab/metrics';
import { itemAt } from '@lab/records';
import type { HostOutputs } from '../session/session.ts';
import type { Batch } from '../step/batch.ts';

/**
 * Outputs of the b-th row of a batch. Of a window of a context: the scores of its own tokens as an
 * answer's first, then as its last.
 */
export const rowOutputs = (task: TaskKind, batch: Batch, { data, width }: HostOutputs, b: number): number[] => {
  if (task.kind !== 'extractive-qa') return Array.from(data.subarray(b * width, (b + 1) * width));
  const first = batch.seating ? itemAt(batch.starts, b) : 0;
  const side = (row: number): number[] => {
    const from = row * width + first;
    return Array.from(data.subarray(from, from + itemAt(batch.lengths, b)));
  };
  return [...side(b), ...side(batch.shape.rows + b)];
};
