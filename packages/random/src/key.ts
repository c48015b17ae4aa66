declare const brand: unique symbol;

/** A key is a value: the same key always gives the same numbers, and a label makes a new key. */
export type Key = readonly [number, number] & { readonly [brand]: 'Key' };

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3",
 * section 4.2). Key words k0, k1 and counter words c0, c1 are unsigned 32-bit; writes two words to
 * out[at], out[at + 1].
 */
export const threefry = (k0: number, k1: number, c0: number, c1: number, out: Uint32Array, at = 0): void => {
  const k2 = (k0 ^ k1 ^ 0x1bd11bda) >>> 0;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let group = 0; group < 5; group++) {
    for (let i = 0; i < 4; i++) {
      const r = rotations[(group % 2) * 4 + i]!;
      x0 = (x0 + x1) | 0;
      x1 = (x1 << r) | (x1 >>> (32 - r));
      x1 ^= x0;
    }
    const step = group + 1;
    x0 = (x0 + (step % 3 === 0 ? k0 : step % 3 === 1 ? k1 : k2)) | 0;
    x1 = (x1 + (step % 3 === 0 ? k1 : step % 3 === 1 ? k2 : k0) + step) | 0;
  }
  out[at] = x0;
  out[at + 1] = x1;
};

const pair = new Uint32Array(2);

const make = (k0: number, k1: number, c0: number, c1: number): Key => {
  threefry(k0, k1, c0, c1, pair);
  return [pair[0]!, pair[1]!] as unknown as Key;
};

/** The root key of a seed. Throws for a seed that is not a whole number in [0, 2^53). */
export const key = (seed: number): Key => {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`a seed is a whole number from 0; got ${seed}`);
  return make(0, 0, seed >>> 0, Math.floor(seed / 2 ** 32));
};

const utf8 = new TextEncoder();

/**
 * Second counter words that draws never use (they use 0 and 1), so that no key is a number that was
 * also drawn.
 */
const numbers = 0x8000_0000;
const words = 0x6c61_6265;

/**
 * The key after a word: its UTF-8 bytes pass through Threefry in blocks of eight, each under the
 * key that the last one left, and the length closes it. One block is a permutation of 64 bits and
 * the last pass is one random-looking map, so two of n words share a key with a chance of about n^2
 * / 2^64: one in 10^7 for a million words.
 */
const absorb = (k: Key, word: string): Key => {
  const bytes = utf8.encode(word);
  const byte = (i: number) => bytes[i] ?? 0;
  const four = (i: number) => byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
  let state = k;
  for (let at = 0; at < bytes.length; at += 8) state = make(state[0], state[1], four(at), four(at + 4));
  return make(state[0], state[1], bytes.length, words);
};

/**
 * A new key for a label: `fold(fold(root, 'step'), 17)`. Words and whole numbers are kept apart:
 * fold(k, '1') differs from fold(k, 1). Distinct numbers under one key never collide, since a
 * Threefry block is a permutation; for words see `absorb`. Keys come from names, never from the
 * order of calls. Throws for a number that is not whole or is negative.
 */
export const fold = (k: Key, label: string | number): Key => {
  if (typeof label === 'string') return absorb(k, label);
  if (!Number.isSafeInteger(label) || label < 0)
    throw new RangeError(`fold takes a word or a whole number from 0; got ${label}`);
  return make(k[0], k[1], label >>> 0, (numbers | Math.floor(label / 2 ** 32)) >>> 0);
};
