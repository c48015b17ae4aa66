import type * as tf from '@tensorflow/tfjs';

/** The element types that cross an engine's border. Masks travel as bool: one byte an element. */
const DTYPES = ['float32', 'int32', 'bool'] as const;
export type DType = (typeof DTYPES)[number];

/** Whether a name is that of an element type that crosses an engine's border. */
export const isDType = (name: unknown): name is DType => DTYPES.some((dtype) => dtype === name);

/** The element type of that name. Throws for one that stays inside an engine. */
export const dtypeOf = (name: string): DType => {
  if (isDType(name)) return name;
  throw new Error(`elements of type ${name} stay inside an engine; ${DTYPES.join(', ')} leave it`);
};

/** Plain numbers on the host: `data` is row-major and has as many elements as `shape` says. */
interface ArrayOf<Type extends DType, Data> {
  readonly dtype: Type;
  readonly shape: readonly number[];
  readonly data: Data;
}

/** Floating-point numbers on the host: weights, parameters, rates, gradients. */
export type Float32HostArray = ArrayOf<'float32', Float32Array>;
/** Whole numbers on the host: token ids, labels, positions. */
export type Int32HostArray = ArrayOf<'int32', Int32Array>;
/** One byte an element, 0 or 1: masks. */
export type BoolHostArray = ArrayOf<'bool', Uint8Array>;

/** An array on the host. Its `dtype` says which typed array `data` is. */
export type HostArray = Float32HostArray | Int32HostArray | BoolHostArray;

/**
 * How a matrix that never changes is kept by the compiled engine. A function sees float32 in every
 * case. `float16`: rounded to half precision, products in float32. `int8-backward`: the function
 * itself in float32, products with the transposed matrix (those of gradients) in int8. `int8`: kept
 * and multiplied in int8.
 */
export const STORAGES = ['float32', 'float16', 'int8-backward', 'int8'] as const;
export type Storage = (typeof STORAGES)[number];

/** A value that lives on an engine. Only the engine that made it may read or free it. */
export interface Handle {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Absent: as the dtype says. */
  readonly storage?: Storage;
}

/** Tensors by name, one level deep: the simplest thing that a pure function takes or gives. */
export type TensorRecord = { readonly [name: string]: tf.Tensor };

/**
 * A pure function from a nested record of tensors to another, for example `{ theta, frozen: { ...
 * }, batch: { ids, valid } }`. The same inputs give the same outputs, and nothing else is read or
 * written. Learning rate, step number and masks are inputs: what JavaScript reads while the
 * function runs is frozen into the program.
 */
export type PureFunction<In = TensorRecord, Out = TensorRecord> = (inputs: In) => Out;

/**
 * The record of a function's inputs as it is given to a program: a handle or a host array in the
 * place of every tensor.
 */
export type InputsOf<In> = In extends tf.Tensor
  ? Handle | HostArray
  : { readonly [name in keyof In]: InputsOf<In[name]> };

/**
 * The record of a function's outputs as a program gives it: a handle in the place of every tensor.
 */
export type OutputsOf<Out> = Out extends tf.Tensor ? Handle : { readonly [name in keyof Out]: OutputsOf<Out[name]> };

/**
 * A pure function made ready to run on one engine. Keeps one trace for each set of input shapes it
 * has met.
 */
export interface Program<In = TensorRecord, Out = TensorRecord> {
  /**
   * Runs the function. Host arrays are uploaded for this call only; handles are borrowed. The
   * caller owns the outputs.
   */
  readonly run: (inputs: InputsOf<In>) => Promise<OutputsOf<Out>>;
  readonly dispose: () => void;
}

export type EngineName = 'gpu' | 'onnx' | 'tensorflow' | 'wasm' | 'js';

/** Where programs run. Training state stays on the engine between steps as handles. */
export interface Engine {
  readonly name: EngineName;
  /** One line for people: library, version, threads, device. Printed and recorded. */
  readonly description: string;
  readonly program: <In extends object = TensorRecord, Out extends object = TensorRecord>(
    fn: PureFunction<In, Out>,
  ) => Program<In, Out>;
  /**
   * `storage` is for matrices [d_in, d_out] of linear maps that are frozen. Throws `BadInput` where
   * this engine has only float32.
   */
  readonly put: (array: HostArray, storage?: Storage) => Handle;
  readonly get: (handle: Handle) => Promise<HostArray>;
  /** Frees every handle of a list or of a nested record. */
  readonly free: (handles: object) => void;
  /** Handles alive now; constant over steps when nothing leaks. */
  readonly alive: () => number;
  readonly close: () => Promise<void>;
}
