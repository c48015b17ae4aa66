import { tf } from '@lab/engine';

/**
 * How far copy i is rolled along the rank axis: i times a stride of max(floor(r / copies), 1)
 * (PRoLoRA, section 3.2).
 */
const shiftOf = (i: number, r: number, copies: number): number => (i * Math.max(Math.floor(r / copies), 1)) % r;

/** Width of a chunk of which `copies`, the last one cut, cover `size`. */
export const chunkOf = (size: number, copies: number): number => Math.ceil(size / copies);

/** value rolled down its first axis: row k becomes row (k + shift) mod rows. */
const rolled = (value: tf.Tensor2D, shift: number): tf.Tensor2D => {
  const [rows, columns] = value.shape;
  if (shift === 0) return value;
  return tf.concat2d(
    [tf.slice(value, [rows - shift, 0], [shift, columns]), tf.slice(value, [0, 0], [rows - shift, columns])],
    0,
  );
};

/** A matrix [r, size] of rolled copies of one chunk [r, ceil(size / copies)] beside each other. */
export const widened = (chunk: tf.Tensor2D, size: number, copies: number): tf.Tensor2D => {
  const [r] = chunk.shape;
  const parts = Array.from({ length: copies }, (_, i) => rolled(chunk, shiftOf(i, r, copies)));
  return tf.slice(copies === 1 ? chunk : tf.concat2d(parts, 1), [0, 0], [r, size]);
};

/** The same on the host, row-major. */
export const widenedHost = (chunk: Float32Array, r: number, size: number, copies: number): Float32Array => {
  const width = chunkOf(size, copies);
  return Float32Array.from({ length: r * size }, (_, at) => {
    const [k, j] = [Math.floor(at / size), at % size];
    const shift = shiftOf(Math.floor(j / width), r, copies);
    return chunk[((k - shift + r) % r) * width + (j % width)]!;
  });
};
