import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { flagOf } from '../trace/attrs.ts';
import { startBackend } from './backend.ts';

/** What a kernel of one result gives. */
const onlyOne = (made: tf.TensorInfo | tf.TensorInfo[]): tf.TensorInfo => {
  if (Array.isArray(made)) throw new Error(`a kernel gave ${made.length} tensors; expected one`);
  return made;
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
      const [transposeA, transposeB] = ['transposeA', 'transposeB'].map((name) => flagOf(attrs ?? {}, name));
      const flipped: tf.TensorInfo[] = [];
      const flip = (x: tf.TensorInfo): tf.TensorInfo => {
        const rank = x.shape.length;
        const perm = x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
        const out = onlyOne(transpose.kernelFunc({ inputs: { x }, attrs: { perm }, backend }));
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
      flipped.forEach((info) => tf.findBackend('wasm').disposeData(info.dataId));
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
      kernelFunc: ({ inputs, attrs }) => {
        const [wasm, cpu] = [tf.findBackend('wasm'), tf.findBackend('cpu')];
        const move = (x: tf.TensorInfo, from: tf.KernelBackend, to: tf.KernelBackend): tf.TensorInfo => {
          const dataId = to.write(from.readSync(x.dataId), x.shape, x.dtype);
          return { dataId, shape: x.shape, dtype: x.dtype };
        };
        const moved = Object.entries(inputs).flatMap(([name, x]) => (x ? [[name, move(x, wasm, cpu)] as const] : []));
        // Kernels of any number of inputs get them as a list.
        const over = Object.assign(Array.isArray(inputs) ? [] : {}, Object.fromEntries(moved));
        const out = onlyOne(kernel.kernelFunc({ inputs: over, attrs: attrs!, backend: cpu }));
        const back = move(out, cpu, wasm);
        new Set([...moved.map(([, info]) => info), out].map((info) => info.dataId)).forEach((id) =>
          cpu.disposeData(id, true),
        );
        return back;
      },
    });
  }
}
