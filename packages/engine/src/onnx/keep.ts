import * as ort from 'onnxruntime-node';
import type { HostArray, Storage } from '../engine.ts';
import { PARTS, type PartName } from '../graph/stored.ts';
import { transposed } from '../linear-algebra/dense.ts';

/** A kept matrix as tensors by the names of its parts; a whole float32 one has the name ''. */
export type Kept = { readonly [part in PartName | '']?: ort.Tensor };

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** IEEE 754 binary16 of a float, rounded to even; beyond 65,504 infinity. */
export const halfOf = (value: number): number => {
  number[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const size = word & 0x7fffffff;
  if (size >= 0x47800000) return sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (size < 0x38800000) {
    // Below the smallest normal half: adding 1/2 lets float32 round to multiples of 2^-24.
    number[0] = Math.abs(value) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
};

/**
 * Whole numbers from -127 to 127 and the step of each column: W[k, n] is about codes[k, n] times
 * steps[n].
 * W: [rows, columns] row-major.
 */
export const codesOf = (
  W: Float32Array,
  rows: number,
  columns: number,
): { readonly codes: Int8Array; readonly steps: Float32Array } => {
  const steps = new Float32Array(columns);
  for (let at = 0, k = 0; k < rows; k++)
    for (let n = 0; n < columns; n++, at++) steps[n] = Math.max(steps[n]!, Math.abs(W[at]!));
  for (let n = 0; n < columns; n++) steps[n] = Math.max(steps[n]!, 1e-30) / 127;
  const codes = new Int8Array(W.length);
  const inverse = Float64Array.from(steps, (step) => 1 / step);
  for (let at = 0, k = 0; k < rows; k++)
    for (let n = 0; n < columns; n++, at++) codes[at] = Math.round(W[at]! * inverse[n]!);
  return { codes, steps };
};

const coded = (W: Float32Array, rows: number, columns: number): Kept => {
  const { codes, steps } = codesOf(W, rows, columns);
  return {
    [PARTS.codes]: new ort.Tensor('int8', codes, [rows, columns]),
    [PARTS.steps]: new ort.Tensor('float32', steps, [columns]),
  };
};

/** A matrix [d_in, d_out] as its storage keeps it. Throws an Error for any other array. */
export const kept = (array: HostArray, storage: Exclude<Storage, 'float32'>): Kept => {
  const { dtype, shape, data } = array;
  const [rows, columns, ...more] = shape;
  if (dtype !== 'float32' || rows === undefined || columns === undefined || more.length > 0)
    throw new Error(`only a float32 matrix is kept as ${storage}, not ${dtype} [${shape.join(', ')}]`);
  switch (storage) {
    case 'float16':
      return { [PARTS.half]: new ort.Tensor('float16', Uint16Array.from(data, halfOf), [rows, columns]) };
    case 'int8':
      return coded(data, rows, columns);
    case 'int8-backward':
      return {
        '': new ort.Tensor('float32', data, [rows, columns]),
        ...coded(transposed(data, columns), columns, rows),
      };
  }
};
