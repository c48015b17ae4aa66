import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import * as ort from 'onnxruntime-node';
import { badInput } from '../bad-input.ts';
import type { DType, Engine, Handle, HostArray, Program, PureFunction } from '../engine.ts';
import { checkHostArray, hostArray, isHostArray } from '../host.ts';
import { startTrace } from '../trace/backend.ts';
import type { Signature } from '../trace/trace.ts';
import { compileFunction } from './compile.ts';
import { inputName, outputName } from './model.ts';

const require = createRequire(import.meta.url);

/** Execution providers inside the installed onnxruntime-node; `cpu` is always there. */
export function onnxProviders(): readonly string[] {
  return ort.listSupportedBackends().map((backend) => backend.name);
}

/**
 * The compiled engine: a function is traced once for each set of input shapes, written as one ONNX graph, and run by ONNX Runtime.
 * `run` blocks the event loop for one step and lets it turn before each.
 * @param options threads of one operation (default: all cores) and the execution provider (default cpu)
 * @throws BadInput when the provider is not in this build of onnxruntime-node
 */
export async function onnxEngine(
  options: { readonly threads?: number; readonly provider?: string } = {},
): Promise<Engine> {
  const provider = options.provider ?? 'cpu';
  const threads = options.threads ?? cpus().length;
  const known = onnxProviders();
  if (!known.includes(provider)) {
    throw badInput(
      `Engine "onnx": provider "${provider}" is not in this onnxruntime-node; it has ${known.join(', ')}.`,
    );
  }
  await startTrace();
  const onDevice = provider === 'webgpu';
  const tensors = new Map<Handle, ort.Tensor>();

  const own = (dtype: DType, shape: readonly number[], tensor: ort.Tensor): Handle => {
    const handle = { dtype, shape };
    tensors.set(handle, tensor);
    return handle;
  };
  const find = (handle: Handle): ort.Tensor => {
    const tensor = tensors.get(handle);
    if (!tensor) throw new Error('engine onnx: this handle was freed or belongs to another engine');
    return tensor;
  };
  const release = (handle: Handle): void => {
    const tensor = find(handle);
    if (tensor.location !== 'cpu') tensor.dispose();
    tensors.delete(handle);
  };

  const open = async (fn: PureFunction, signature: Signature): Promise<Step> => {
    const { model, outputs } = compileFunction(fn, signature);
    const session = await ort.InferenceSession.create(model.bytes, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(onDevice ? { preferredOutputLocation: 'gpu-buffer' as const } : {}),
    });
    return { session, inputs: model.inputs, outputs: Object.entries(outputs) as Step['outputs'] };
  };

  const program = (fn: PureFunction): Program => {
    const steps = new Map<string, Promise<Step>>();
    return {
      run: async (inputs) => {
        const entries = Object.entries(inputs);
        entries.forEach(([name, value]) => isHostArray(value) && checkHostArray(value, `input "${name}"`));
        const key = entries.map(([name, { dtype, shape }]) => `${name}:${dtype}[${shape.join()}]`).join(' ');
        let step = steps.get(key);
        if (!step) {
          step = open(fn, inputs as Signature);
          steps.set(key, step);
          step.catch(() => steps.delete(key));
        }
        const { session, inputs: used, outputs } = await step;
        const feeds = used.map((name) => {
          const value = inputs[name]!;
          return [inputName(name), isHostArray(value) ? wrap(value) : find(value)] as const;
        });
        const results = await session.run(Object.fromEntries(feeds));
        return Object.fromEntries(
          outputs.map(([name, { dtype, shape }]) => [name, own(dtype, shape, results[outputName(name)] as ort.Tensor)]),
        );
      },
      dispose: () => {
        steps.forEach((step) => void step.then(({ session }) => session.release()));
        steps.clear();
      },
    };
  };

  const { version } = require('onnxruntime-node/package.json') as { version: string };
  return {
    name: 'onnx',
    description: `onnxruntime-node ${version}, compiled, provider ${provider}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    program,
    put: (array) => {
      checkHostArray(array, 'put');
      return own(array.dtype, array.shape, wrap(array));
    },
    get: async (handle) => hostArray(handle.dtype, handle.shape, (await find(handle).getData()) as HostArray['data']),
    free: (handles) => {
      for (const handle of handles) release(handle);
    },
    alive: () => tensors.size,
    close: async () => {
      for (const handle of [...tensors.keys()]) release(handle);
    },
  };
}

type Step = {
  readonly session: ort.InferenceSession;
  readonly inputs: readonly string[];
  readonly outputs: readonly (readonly [string, { readonly dtype: DType; readonly shape: readonly number[] }])[];
};

/** A view, not a copy: the array must not change while the handle lives. */
function wrap(array: HostArray): ort.Tensor {
  return new ort.Tensor(array.dtype, array.data as Float32Array, array.shape);
}
