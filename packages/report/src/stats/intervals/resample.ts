import { bits, type Key } from '@lab/random';

/** `count` whole numbers from 0 to n - 1 (bias below n / 2^32, far under any resampling error). */
export const indices = (key: Key, count: number, n: number): Uint32Array =>
  bits(key, count).map((word) => Math.floor((word / 2 ** 32) * n));

/**
 * Counts of a multinomial draw of n items from n, written into `into`: the weights of one bootstrap
 * resample.
 */
export const weights = (picks: Uint32Array, from: number, n: number, into: Float64Array): Float64Array => {
  into.fill(0);
  for (let i = 0; i < n; i++) into[picks[from + i]!]! += 1;
  return into;
};
