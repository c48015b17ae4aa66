import { bits, fold, type Key } from '@lab/random';

const LAST = 2 ** 32;

/**
 * n coins: 1 (keep) with probability 1 - p, else 0. One byte of a word decides almost every coin; the one time in 256 that the byte
 * equals the threshold's first byte, a second stream gives 32 more bits, so that p is resolved to 2^-40 at a quarter of the cost.
 * Under one key a coin that drops at some p drops at every larger p.
 */
export const coins = (key: Key, n: number, p: number): Uint8Array => {
  const threshold = p * 256;
  const first = Math.floor(threshold);
  const rest = (threshold - first) * LAST;
  const words = bits(key, Math.ceil(n / 4));
  const ties = fold(key, 'tie');
  const keep = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const byte = (words[i >>> 2]! >>> (8 * (i & 3))) & 255;
    keep[i] = byte > first || (byte === first && rest <= bits(fold(ties, i), 1)[0]!) ? 1 : 0;
  }
  return keep;
};
