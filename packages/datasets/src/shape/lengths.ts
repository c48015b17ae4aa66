import { itemAt } from '@lab/records';
import type { Example, Splits } from '../types.ts';

/**
 * Words of a split's inputs (text and pair together), split at white space. Zeros for an empty
 * split.
 */
export interface Lengths {
  readonly examples: number;
  readonly min: number;
  readonly mean: number;
  readonly median: number;
  /** The 95th percentile: the smallest count that at least 95 % of inputs do not pass. */
  readonly p95: number;
  readonly max: number;
}

const words = (text: string | undefined): number => (text === undefined ? 0 : (text.match(/\S+/gu)?.length ?? 0));

const summarise = (examples: readonly Example[]): Lengths => {
  const counts = examples.map(({ text, pair }) => words(text) + words(pair)).sort((a, b) => a - b);
  const n = counts.length;
  if (n === 0) return { examples: 0, min: 0, mean: 0, median: 0, p95: 0, max: 0 };
  return {
    examples: n,
    min: itemAt(counts, 0),
    mean: counts.reduce((a, b) => a + b, 0) / n,
    median: (itemAt(counts, (n - 1) >> 1) + itemAt(counts, n >> 1)) / 2,
    p95: itemAt(counts, Math.ceil(0.95 * n) - 1),
    max: itemAt(counts, n - 1),
  };
};

/** Length statistics of each split, in words. */
export const lengths = (splits: Splits): { readonly [split in keyof Splits]: Lengths } => ({
  train: summarise(splits.train),
  validation: summarise(splits.validation),
  test: summarise(splits.test),
});
