import type { DType, Engine, Float32HostArray, Handle, HostArray, Int32HostArray } from './engine.ts';

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
 * A host array of data whose type is only known while the program runs.
 * @param what how messages call the array, for example `input "theta"`
 * @throws an Error unless data, dtype and shape agree
 */
export function hostArray(dtype: DType, shape: readonly number[], data: unknown, what = 'array'): HostArray {
  const made = typed(dtype, shape, data);
  if (!made) {
    const given = data?.constructor.name ?? 'nothing';
    throw new Error(`${what}: dtype ${dtype} needs a ${KIND[dtype].name}, got ${given}`);
  }
  if (made.data.length !== sizeOf(shape)) {
    throw new Error(`${what}: ${made.data.length} elements do not fill the shape [${shape.join(', ')}]`);
  }
  return made;
}

function typed(dtype: DType, given: readonly number[], data: unknown): HostArray | undefined {
  const shape = [...given];
  if (dtype === 'float32' && data instanceof Float32Array) return { dtype, shape, data };
  if (dtype === 'int32' && data instanceof Int32Array) return { dtype, shape, data };
  if (dtype === 'bool' && data instanceof Uint8Array) return { dtype, shape, data };
  return undefined;
}

/** Numbers in the typed array of `dtype`; a copy only where they lie in another one. */
export function converted(dtype: DType, numbers: ArrayLike<number>): HostArray['data'] {
  const Kind = KIND[dtype];
  return numbers instanceof Kind ? numbers : Kind.from(numbers);
}

/**
 * Throws unless data, dtype and shape of a host array agree: they can disagree where it was put
 * together by hand.
 */
export function checkHostArray({ dtype, shape, data }: HostArray, what: string): void {
  hostArray(dtype, shape, data, what);
}

/** Floating-point numbers as a host array; without a shape a vector. */
export function floats(data: Float32Array, shape: readonly number[] = [data.length]): Float32HostArray {
  return { dtype: 'float32', shape, data };
}

/** Whole numbers as a host array; without a shape a vector. */
export function ints(data: Int32Array, shape: readonly number[] = [data.length]): Int32HostArray {
  return { dtype: 'int32', shape, data };
}

/** One number as a host array of shape []. */
export function scalar(value: number): Float32HostArray {
  return floats(Float32Array.of(value), []);
}

/**
 * The array as one of floating-point numbers.
 * @param what how the message calls the array, for example `the logits`
 * @throws an Error when it holds another type
 */
export function asFloats(array: HostArray | undefined, what: string): Float32HostArray {
  if (array?.dtype === 'float32') return array;
  throw new Error(`${what}: expected float32, got ${array?.dtype ?? 'nothing'}`);
}

/** The numbers behind a handle. Throws an Error when it holds another type than float32. */
export async function readFloats(engine: Engine, handle: Handle): Promise<Float32Array> {
  return asFloats(await engine.get(handle), 'a value on the engine').data;
}
