import { fold, key, permutation } from '@lab/random';
import { itemAt, type RunConfig } from '@lab/records';
import type { Row } from '../session/rows/rows.ts';
import { byQuestion } from '../session/rows/span-rows.ts';

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
  const stream = fold(key(seed), 'train-reading');
  // The windows of a question stay together.
  const parts = all[0]?.window ? byQuestion(all) : all.map((row) => [row]);
  const order = permutation(stream, parts.length);
  return Array.from(order.subarray(0, TRAIN_SAMPLE)).flatMap((index) => itemAt(parts, index));
};
