declare const brand: unique symbol;

/** A key is a value: the same key always gives the same numbers, and a label makes a new key. */
export type Key = readonly [number, number] & { readonly [brand]: 'Key' };

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", section 4.2).
 * Key words k0, k1 and counter words c0, c1 are unsigned 32-bit; writes two words to out[at], out[at + 1].
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

/** FNV-1a over UTF-8 with a second basis: 64 bits of a label. */
const hash = (label: string): [number, number] => {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (const byte of new TextEncoder().encode(label)) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return [a >>> 0, b >>> 0];
};

/**
 * A new key for a label: `fold(fold(root, 'step'), 17)`. Words and whole numbers are kept apart: fold(k, '1') differs from fold(k, 1).
 * Keys come from names, never from the order of calls. Throws for a number that is not whole or is negative.
 */
export const fold = (k: Key, label: string | number): Key => {
  if (typeof label === 'string') {
    const [a, b] = hash(label);
    // A second pass under a fixed tweak separates words from numbers.
    const once = make(k[0], k[1], a, b);
    return make(once[0], once[1], 0x6c61_6265, label.length);
  }
  if (!Number.isSafeInteger(label) || label < 0)
    throw new RangeError(`fold takes a word or a whole number from 0; got ${label}`);
  return make(k[0], k[1], label >>> 0, Math.floor(label / 2 ** 32));
};
