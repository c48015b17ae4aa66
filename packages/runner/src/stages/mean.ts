import { floats, type Float32HostArray } from '@lab/engine';

/** One of several arrays of one shape, and its share. */
export interface WeightedArray {
  readonly array: Float32HostArray;
  readonly share: number;
}

/**
 * The weighted mean of arrays of one shape, summed in double precision and rounded once: equal
 * arrays give themselves, to the last bit. The shares sum to one.
 */
export const meanOf = (parts: readonly WeightedArray[]): Float32HostArray => {
  const [first, ...rest] = parts;
  if (!first || rest.length === 0) return first?.array ?? floats(new Float32Array());
  const sum = new Float64Array(first.array.data.length);
  for (const { array, share } of parts) array.data.forEach((x, i) => (sum[i] = (sum[i] ?? 0) + share * x));
  return floats(Float32Array.from(sum), first.array.shape);
};
