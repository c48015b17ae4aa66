import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { startBackend } from './backend.ts';

type Store = {
  readonly write: (values: tf.BackendValues, shape: number[], dtype: tf.DataType) => tf.DataId;
  readonly readSync: (id: tf.DataId) => tf.BackendValues;
  readonly disposeData: (id: tf.DataId, force?: boolean) => boolean;
};

/** Starts tfjs' wasm backend, with the two mends below. Call as often as you like. */
export async function startWasm(): Promise<void> {
  if (!tf.getKernel('UnsortedSegmentSum', 'wasm')) {
    transposeBeforeMatMul();
    borrowFromCpu(['UnsortedSegmentSum', 'Einsum']);
  }
  await startBackend('cpu');
  await startBackend('wasm');
}

/**
 * The wasm BatchMatMul is over ten times slower with transposeA or transposeB, the forms that
 * gradients use (1.7 against 22.5 GFLOP/s measured): transposing first is the same arithmetic at
 * full speed.
 */
function transposeBeforeMatMul(): void {
  const matMul = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...matMul,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
      const flipped: tf.TensorInfo[] = [];
      const flip = (x: tf.TensorInfo): tf.TensorInfo => {
        const rank = x.shape.length;
        const perm = x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
        const out = transpose.kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as tf.TensorInfo;
        flipped.push(out);
        return out;
      };
      const a = inputs['a']!;
      const b = inputs['b']!;
      const out = matMul.kernelFunc({
        inputs: { a: transposeA ? flip(a) : a, b: transposeB ? flip(b) : b },
        attrs: { transposeA: false, transposeB: false },
        backend,
      });
      flipped.forEach((info) => (backend as Store).disposeData(info.dataId));
      return out;
    },
  });
}

/**
 * Kernels that wasm lacks (the gradient of gather is one) run on the plain JS backend, with a copy
 * in and out.
 */
function borrowFromCpu(kernelNames: readonly string[]): void {
  for (const kernelName of kernelNames) {
    const kernel = tf.getKernel(kernelName, 'cpu');
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs, backend }) => {
        const wasm = backend as Store;
        const cpu = tf.findBackend('cpu') as unknown as Store;
        const move = (x: tf.TensorInfo, from: Store, to: Store): tf.TensorInfo => {
          const dataId = to.write(from.readSync(x.dataId), x.shape, x.dtype);
          return { dataId, shape: x.shape, dtype: x.dtype };
        };
        const over = Array.isArray(inputs)
          ? inputs.map((x: tf.TensorInfo) => move(x, wasm, cpu))
          : Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, move(x as tf.TensorInfo, wasm, cpu)]));
        const out = kernel.kernelFunc({
          inputs: over as tf.NamedTensorInfoMap,
          attrs: attrs!,
          backend: cpu,
        }) as tf.TensorInfo;
        const back = move(out, cpu, wasm);
        const used = Object.values(over) as tf.TensorInfo[];
        new Set([...used, out].map((info) => info.dataId)).forEach((id) => cpu.disposeData(id, true));
        return back;
      },
    });
  }
}
