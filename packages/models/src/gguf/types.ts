import { toFloat32 } from '@lab/engine';

/**
 * A number type of GGUF: a block of `numbers` takes `bytes`, and `decode` gives them as float32.
 */
export interface GgufType {
  readonly name: string;
  readonly numbers: number;
  readonly bytes: number;
  readonly decode: (data: Uint8Array) => Float32Array;
}

/** Numbers in a quantised block. */
const BLOCK = 32;

interface Block {
  /** A float16 value at a byte of the block. */
  readonly half: (byte: number) => number;
  /** A byte of the block. */
  readonly byte: (at: number) => number;
  /** Writes number `i` of the block. */
  readonly put: (i: number, value: number) => void;
}

/**
 * A type with blocks of 32 numbers. `read` decodes one block; scales are read through a view of all
 * halves.
 */
const quantised = (name: string, bytes: number, read: (block: Block) => void): GgufType => ({
  name,
  numbers: BLOCK,
  bytes,
  decode: (data) => {
    // Every block size is even, so the float16 scales lie at even places.
    const halves = toFloat32(data, 'F16');
    const out = new Float32Array((data.length / bytes) * BLOCK);
    let from = 0;
    let to = 0;
    const block: Block = {
      half: (byte) => halves[(from + byte) >> 1] ?? 0,
      byte: (at) => data[from + at] ?? 0,
      put: (i, value) => {
        out[to + i] = value;
      },
    };
    for (; from < data.length; from += bytes, to += BLOCK) read(block);
    return out;
  },
});

/** Low and high halves of 16 bytes from `start`: number i and number i + 16 of a block. */
const nibbles = ({ byte, put }: Block, start: number, value: (nibble: number, i: number) => number): void => {
  for (let i = 0; i < BLOCK / 2; i++) {
    put(i, value(byte(start + i) & 15, i));
    put(i + BLOCK / 2, value(byte(start + i) >> 4, i + BLOCK / 2));
  }
};

/** Fifth bit of number i: 32 bits from byte `start`, the lowest first. */
const fifth = ({ byte }: Block, start: number, i: number): number => ((byte(start + (i >> 3)) >> (i & 7)) & 1) << 4;

const plain = (name: string, bytes: number): GgufType => ({
  name,
  numbers: 1,
  bytes,
  decode: (data) => toFloat32(data, name),
});

/**
 * The types that are read, by their number in the file. d is a block's scale, m its minimum, q its
 * integers: Q4_0: d (q - 8). Q4_1: d q + m. Q5_0: d (q - 16). Q5_1: d q + m. Q8_0: d q.
 */
export const GGUF_TYPES: { readonly [id: number]: GgufType | undefined } = {
  0: plain('F32', 4),
  1: plain('F16', 2),
  2: quantised('Q4_0', 18, (b) => {
    const d = b.half(0);
    nibbles(b, 2, (q) => d * (q - 8));
  }),
  3: quantised('Q4_1', 20, (b) => {
    const [d, m] = [b.half(0), b.half(2)];
    nibbles(b, 4, (q) => d * q + m);
  }),
  6: quantised('Q5_0', 22, (b) => {
    const d = b.half(0);
    nibbles(b, 6, (q, i) => d * ((q | fifth(b, 2, i)) - 16));
  }),
  7: quantised('Q5_1', 24, (b) => {
    const [d, m] = [b.half(0), b.half(2)];
    nibbles(b, 8, (q, i) => d * (q | fifth(b, 4, i)) + m);
  }),
  8: quantised('Q8_0', 34, (b) => {
    const d = b.half(0);
    for (let i = 0; i < BLOCK; i++) b.put(i, d * ((b.byte(2 + i) << 24) >> 24));
  }),
  30: plain('BF16', 2),
};

/** Names of the types that are read. */
export const GGUF_TYPE_NAMES = Object.values(GGUF_TYPES).flatMap((type) => (type ? [type.name] : []));
