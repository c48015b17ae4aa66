import { fold, key, permutation } from '@lab/random';
import type { RunConfig } from '@lab/records';
import { rowAt, type Row } from '../session/rows.ts';

/** Rows of the training split that are read at the end, unless the whole is asked for. */
export const TRAIN_SAMPLE = 512;

/**
 * A sample of the training rows, the same for runs of equal seeds. A record says how many rows it
 * is.
 */
export const trainSample = (
  all: readonly Row[],
  { seed, trainReading }: Pick<RunConfig, 'seed' | 'trainReading'>,
): readonly Row[] => {
  if (trainReading === 'whole' || all.length <= TRAIN_SAMPLE) return all;
  const order = permutation(fold(key(seed), 'train-reading'), all.length);
  return Array.from(order.subarray(0, TRAIN_SAMPLE), (index) => rowAt(all, index));
};
