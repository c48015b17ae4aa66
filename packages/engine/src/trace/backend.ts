import * as tf from '@tensorflow/tfjs';
import { startBackend } from '../engines/backend.ts';
import { dtypeOf } from '../engine.ts';
import { literal } from '../graph/algebra.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { INDEXING } from './indexing.ts';
import type { KernelAttrs } from './attrs.ts';
import { checkCall, type Lowering } from './kernel.ts';
import { PRODUCTS } from './products.ts';
import { REDUCING } from './reducing.ts';
import { SHAPING } from './shaping.ts';

/** The tfjs backend that records instead of computing: a tensor's data is a symbolic value. */
export const TRACE = 'trace';

/** Every tfjs kernel that can be compiled. */
export const LOWERINGS: readonly Lowering[] = [...ELEMENTWISE, ...SHAPING, ...REDUCING, ...INDEXING, ...PRODUCTS];

type DataId = object;
type Origin = { readonly value: Value; readonly kernel: string; readonly graph: Graph; references: number };

/**
 * tfjs holds one backend per process, so what is being recorded is held here; recording is
 * synchronous.
 */
const recorded = new WeakMap<DataId, Origin>();
let current: Graph | undefined;

/** Registers the backend and its kernels once. */
export async function startTrace(): Promise<void> {
  if (tf.findBackendFactory(TRACE)) return;
  tf.registerBackend(TRACE, traceBackend, 0);
  for (const lowering of LOWERINGS) {
    tf.registerKernel({
      kernelName: lowering.kernel,
      backendName: TRACE,
      kernelFunc: ({ inputs, attrs }) => record(lowering, inputs, attrs ?? {}),
    });
  }
  // Started after another one, so that the recording backend is never left active.
  await startBackend('cpu');
  await startBackend(TRACE);
}

/** Runs `body` with `graph` as the one that kernels record into. */
export function recording<T>(graph: Graph, body: () => T): T {
  if (current) throw new Error('a compiled function may not compile another one while it is traced');
  current = graph;
  try {
    return body();
  } finally {
    current = undefined;
  }
}

function active(): Graph {
  if (!current) throw new Error('a tensor of a traced function was used after the trace');
  return current;
}

/** A tfjs tensor that stands for a value. */
export function tensorOf(value: Value): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(infoOf(value, 'input'));
}

/** The value behind a tensor of the function being traced. `who` is named when it is not one. */
export function valueOf(tensor: { readonly dataId: object }, who: string): Value {
  const origin = recorded.get(tensor.dataId);
  if (!origin || origin.graph !== current) {
    throw new Error(
      `${who}: uses a tensor from outside the function; a compiled function is pure, so make it an input`,
    );
  }
  return origin.value;
}

function infoOf(value: Value, kernel: string): tf.TensorInfo {
  const dataId = {};
  recorded.set(dataId, { value, kernel, graph: active(), references: 1 });
  return { dataId, shape: [...value.shape], dtype: dtypeOf(value.dtype) };
}

function record(
  lowering: Lowering,
  inputs: tf.NamedTensorInfoMap,
  attrs: KernelAttrs,
): tf.TensorInfo | tf.TensorInfo[] {
  const who = `kernel ${lowering.kernel}`;
  const values = checkCall(lowering, inputs, attrs).map((info) => info && valueOf(info, who));
  const out = lowering.lower(active(), values as Value[], attrs);
  return 'def' in out ? infoOf(out, lowering.kernel) : out.map((value) => infoOf(value, lowering.kernel));
}

/**
 * What tfjs asks of a backend. Reading has no answer while recording, and a variable is hidden
 * state: both throw.
 */
function traceBackend(): tf.KernelBackend {
  const unread = (dataId: DataId): never => {
    const kernel = recorded.get(dataId)?.kernel ?? 'unknown';
    throw new Error(
      `kernel ${kernel}: its result was read (dataSync, arraySync or data) while the function was traced; ` +
        'numbers exist only when the compiled program runs',
    );
  };
  return Object.assign(new tf.KernelBackend(), {
    write: (values: Float32Array | Int32Array | Uint8Array, shape: number[], dtype: tf.DataType): DataId => {
      if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
        throw new Error(
          `a ${dtype} tensor was made while the function was traced; only float32, int32 and bool are compiled`,
        );
      }
      const kind = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
      const value = literal(active(), dtype, shape, values instanceof kind ? values : kind.from(values));
      return infoOf(value, 'tensor').dataId;
    },
    read: unread,
    readSync: unread,
    readToGPU: unread,
    // Called only when tf.variable makes or assigns one.
    incRef: (dataId: DataId): never => {
      recorded.get(dataId)!.references += 1;
      throw new Error('tf.variable was used while the function was traced: state must come in and go out as tensors');
    },
    refCount: (dataId: DataId) => recorded.get(dataId)?.references ?? 0,
    disposeData: (dataId: DataId): boolean => {
      const origin = recorded.get(dataId);
      if (origin) origin.references -= 1;
      return (origin?.references ?? 0) === 0;
    },
    numDataIds: () => 0,
    timerAvailable: () => false,
    memory: () => ({ unreliable: true }),
    floatPrecision: () => 32,
    epsilon: () => 1e-7,
    dispose: () => undefined,
  });
}
