import type { DType, HostArray } from './engine.ts';

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** True for an array on the host, false for a handle: only host arrays carry data. */
export function isHostArray(value: object): value is HostArray {
  return 'data' in value;
}

const KIND = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/**
 * Throws unless data, dtype and shape of a host array agree.
 * @param what how messages call the array, for example `input "theta"`
 */
export function checkHostArray(array: HostArray, what: string): void {
  if (!(array.data instanceof KIND[array.dtype])) {
    throw new Error(
      `${what}: dtype ${array.dtype} needs a ${KIND[array.dtype].name}, got ${array.data.constructor.name}`,
    );
  }
  if (array.data.length !== sizeOf(array.shape)) {
    throw new Error(`${what}: ${array.data.length} elements do not fill the shape [${array.shape.join(', ')}]`);
  }
}

/** Host array from data whose dtype is known; bytes stay bytes. */
export function hostArray(dtype: DType, shape: readonly number[], data: HostArray['data']): HostArray {
  return { dtype, shape: [...shape], data };
}
