import { bits, type Key, key } from '@lab/random';
import { median } from './describe.ts';

/** Result of a paired test over seeds. */
export interface SignFlip {
  /** Two-sided p; null without pairs. */
  readonly p: number | null;
  readonly n: number;
  /** The smallest p that n pairs can give, 2 / 2^n. */
  readonly floor: number;
  /**
   * False where even the clearest result stays above alpha: then nothing is "not significant", it
   * just cannot be.
   */
  readonly able: boolean;
}

const sampled = 20_000;

/**
 * Exact sign-flip test of paired differences: under the null each difference is as likely as its
 * negative, so the sum is compared with the sums of all 2^n sign patterns (two-sided). Above 20
 * pairs, 20,000 random patterns drawn from a fixed key.
 */
export const signFlip = (differences: readonly number[], alpha = 0.05, stream: Key = key(0)): SignFlip => {
  const n = differences.length;
  const floor = 2 / 2 ** n;
  const able = floor <= alpha;
  if (n === 0) return { p: null, n, floor, able: false };
  const total = Math.abs(differences.reduce((sum, d) => sum + d, 0));
  // Sums that differ by rounding alone count as ties.
  const bar = total - 1e-12 * differences.reduce((sum, d) => sum + Math.abs(d), 0);
  if (n > 20) return { p: (1 + extremes(differences, bar, stream)) / (sampled + 1), n, floor, able };
  // A pattern and its mirror image have the same |sum|: half of them are enough. Gray code changes
  // one sign at a time.
  let sum = differences.reduce((s, d) => s + d, 0);
  const sign = new Int8Array(n).fill(1);
  let count = 0;
  const patterns = 2 ** (n - 1);
  for (let i = 1; i <= patterns; i++) {
    if (Math.abs(sum) >= bar) count += 1;
    const at = 31 - Math.clz32(i & -i);
    if (at < n) {
      sum -= 2 * sign[at]! * differences[at]!;
      sign[at]! *= -1;
    }
  }
  return { p: count / patterns, n, floor, able };
};

/** How many of `sampled` random patterns reach the bar; one random bit for each difference. */
const extremes = (differences: readonly number[], bar: number, stream: Key): number => {
  const words = Math.ceil(differences.length / 32);
  const random = bits(stream, words * sampled);
  let count = 0;
  for (let i = 0; i < sampled; i++) {
    let sum = 0;
    differences.forEach((d, j) => {
      sum += (random[i * words + (j >> 5)]! >>> (j & 31)) & 1 ? -d : d;
    });
    if (Math.abs(sum) >= bar) count += 1;
  }
  return count;
};

/**
 * Hodges and Lehmann's shift: the median of all pairwise averages of the differences (each with
 * itself too). NaN when empty.
 */
export const hodgesLehmann = (differences: readonly number[]): number =>
  differences.length === 0
    ? Number.NaN
    : median(differences.flatMap((a, i) => differences.slice(i).map((b) => (a + b) / 2)));
