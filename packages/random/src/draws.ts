import { fold, type Key, threefry } from './key.ts';

/** n random 32-bit words: block i of the key's stream is threefry(key, counter i). */
export const bits = (k: Key, n: number): Uint32Array => {
  const out = new Uint32Array(n + (n % 2));
  for (let i = 0; i < out.length; i += 2) threefry(k[0], k[1], i >>> 1, 0, out, i);
  return out.subarray(0, n);
};

/** n numbers from the uniform law on [0, 1): the upper 24 bits of each word, exact in float32. */
export const uniform = (k: Key, n: number): Float32Array =>
  Float32Array.from(bits(k, n), (word) => (word >>> 8) / 2 ** 24);

/** n numbers from the standard normal law, by Box and Muller, computed in double precision. */
export const normal = (k: Key, n: number): Float32Array => {
  const out = new Float32Array(n);
  const words = bits(k, n + (n % 2));
  for (let i = 0; i < n; i += 2) {
    // (w + 1/2) / 2^32 lies strictly between 0 and 1.
    const radius = Math.sqrt(-2 * Math.log((words[i]! + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * (words[i + 1]! + 0.5)) / 2 ** 32;
    out[i] = radius * Math.cos(angle);
    if (i + 1 < n) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
};

/**
 * n draws that are 1 with probability p, else 0; p in [0, 1], exact at 0 and 1. One byte of a word
 * decides almost every draw; the one time in 256 that the byte equals the threshold's first byte, a
 * second stream gives 32 more bits, so that p is resolved to 2^-40 at a quarter of the cost of a
 * word each. Under one key a draw that is 1 at some p is 1 at every larger p.
 */
export const bernoulli = (k: Key, n: number, p: number): Uint8Array => {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1]; got ${p}`);
  const threshold = p * 256;
  const first = Math.floor(threshold);
  const rest = (threshold - first) * 2 ** 32;
  const words = bits(k, Math.ceil(n / 4));
  const ties = fold(k, 'tie');
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const byte = (words[i >>> 2]! >>> (8 * (i & 3))) & 255;
    out[i] = byte < first || (byte === first && bits(fold(ties, i), 1)[0]! < rest) ? 1 : 0;
  }
  return out;
};

/**
 * One whole number from 0 to n - 1, without modulo bias: words beyond the last whole multiple of n
 * are drawn again.
 */
export const integer = (k: Key, n: number): number => {
  if (!Number.isSafeInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`integer needs 1 <= n <= 2^32; got ${n}`);
  const limit = 2 ** 32 - (2 ** 32 % n);
  const out = new Uint32Array(2);
  for (let i = 0; ; i++) {
    threefry(k[0], k[1], i, 1, out);
    if (out[0]! < limit) return out[0]! % n;
  }
};

/** A random order of 0 … n - 1 (Fisher and Yates). */
export const permutation = (k: Key, n: number): Int32Array => {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const words = bits(k, 2 * n);
  for (let i = n - 1; i > 0; i--) {
    // 53 bits times (i + 1): the bias of this multiplication is below 2^-20 for any n that fits in
    // memory.
    const u = (words[2 * i]! * 2 ** 21 + (words[2 * i + 1]! >>> 11)) / 2 ** 53;
    const j = Math.floor(u * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};
