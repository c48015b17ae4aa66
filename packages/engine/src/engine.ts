import type * as tf from '@tensorflow/tfjs';

/** The element types that cross an engine's border. Masks travel as bool: one byte an element. */
export type DType = 'float32' | 'int32' | 'bool';

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

/** A value that lives on an engine. Only the engine that made it may read or free it. */
export interface Handle {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** A named set of tensors: what goes into a pure function and what comes out. */
export type TensorRecord = { readonly [name: string]: tf.Tensor };

/**
 * A pure function over tensors: the same inputs give the same outputs, and nothing else is read or written.
 * Learning rate, step number and masks are inputs; what JavaScript reads while the function runs is frozen into the program.
 */
export type PureFunction = (inputs: TensorRecord) => TensorRecord;

/** A pure function made ready to run on one engine. Keeps one trace for each set of input shapes it has met. */
export interface Program {
  /** Runs the function. Host arrays are uploaded for this call only; handles are borrowed. The caller owns the outputs. */
  readonly run: (inputs: {
    readonly [name: string]: Handle | HostArray;
  }) => Promise<{ readonly [name: string]: Handle }>;
  readonly dispose: () => void;
}

export type EngineName = 'gpu' | 'onnx' | 'tensorflow' | 'wasm' | 'js';

/** Where programs run. Training state stays on the engine between steps as handles. */
export interface Engine {
  readonly name: EngineName;
  /** One line for people: library, version, threads, device. Printed and recorded. */
  readonly description: string;
  readonly program: (fn: PureFunction) => Program;
  readonly put: (array: HostArray) => Handle;
  readonly get: (handle: Handle) => Promise<HostArray>;
  readonly free: (handles: Iterable<Handle>) => void;
  /** Handles alive now; constant over steps when nothing leaks. */
  readonly alive: () => number;
  readonly close: () => Promise<void>;
}
