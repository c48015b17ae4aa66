import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { BadInput } from '@lab/records';
import type { DType, Engine, Handle, HostArray, Program, PureFunction } from '../engine.ts';
import { checkHostArray, hostArray, isHostArray } from '../host.ts';
import { startTrace } from '../trace/backend.ts';
import type { Pass } from '../graph/graph.ts';
import type { Signature } from '../trace/trace.ts';
import { compileFunction } from './compile.ts';
import { inputName, outputName } from './model.ts';
import { onnxProviders, openSession, type Fusion, type Runtime } from './session.ts';
import { deviceTransfer, stay } from './transfer.ts';

const require = createRequire(import.meta.url);

type OutputType = { readonly dtype: DType; readonly shape: readonly number[] };

/** A function compiled for one set of shapes, ready to run. */
type Step = {
  readonly session: ort.InferenceSession;
  readonly inputs: readonly string[];
  readonly outputs: readonly (readonly [string, OutputType])[];
};

/**
 * The compiled engine: a function is traced once for each set of input shapes, written as one ONNX graph, and run by ONNX
 * Runtime. `run` blocks the event loop for one step and lets it turn before each. Host arrays are not copied on the CPU,
 * so they must not change while a handle made of them lives.
 * @param options threads of one operation (default: all cores), the execution provider (default cpu), and for measurements
 *   passes to leave out, how much ONNX Runtime fuses by itself, and the beginning of the names of its profiles
 * @throws BadInput when the provider is unknown to this onnxruntime-node or finds no device, with its reason
 */
export async function onnxEngine(
  options: {
    readonly threads?: number;
    readonly provider?: string;
    readonly without?: readonly Pass[];
    readonly fusion?: Fusion;
    readonly profile?: string;
  } = {},
): Promise<Engine> {
  const runtime: Runtime = {
    provider: options.provider ?? 'cpu',
    threads: options.threads ?? availableParallelism(),
    fusion: options.fusion ?? 'all',
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  };
  await startTrace();
  const onDevice = runtime.provider === 'webgpu';
  const transfer = onDevice ? deviceTransfer(runtime) : stay;
  await checkProvider(runtime, transfer.upload);
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
  /** What was put on the host goes to the device at its first use and stays there. */
  const resident = async (handle: Handle): Promise<ort.Tensor> => {
    const tensor = await transfer.upload(find(handle));
    tensors.set(handle, tensor);
    return tensor;
  };
  const release = (handle: Handle): void => {
    const tensor = find(handle);
    if (tensor.location !== 'cpu') tensor.dispose();
    tensors.delete(handle);
  };

  const open = async (fn: PureFunction, signature: Signature, twice: boolean): Promise<Step> => {
    const { model, outputs } = compileFunction(fn, signature, {
      twice,
      ...(options.without ? { without: options.without } : {}),
    });
    const session = await openSession(model.bytes, runtime, onDevice);
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
          // Purity is a matter of the function, not of its shapes: one check a program.
          step = open(fn, inputs, steps.size === 0);
          steps.set(key, step);
          step.catch(() => steps.delete(key));
        }
        const { session, inputs: used, outputs } = await step;
        const feeds: Record<string, ort.Tensor> = {};
        for (const name of used) {
          const value = inputs[name]!;
          feeds[inputName(name)] = isHostArray(value) ? wrap(value) : await resident(value);
        }
        const results = await session.run(feeds);
        return Object.fromEntries(
          outputs.map(([name, { dtype, shape }]) => [name, own(dtype, shape, results[outputName(name)] as ort.Tensor)]),
        );
      },
      dispose: () => {
        for (const step of steps.values()) void step.then(({ session }) => session.release());
        steps.clear();
      },
    };
  };

  return {
    name: 'onnx',
    description: describe(runtime),
    program,
    put: (array) => {
      checkHostArray(array, 'put');
      return own(array.dtype, array.shape, wrap(array));
    },
    get: async (handle) => {
      const { data } = await transfer.download(find(handle));
      return hostArray(handle.dtype, handle.shape, data, 'get');
    },
    free: (handles) => {
      for (const handle of handles) release(handle);
    },
    alive: () => tensors.size,
    close: async () => {
      for (const handle of [...tensors.keys()]) release(handle);
      await transfer.close();
    },
  };
}

/** A view, not a copy. */
function wrap(array: HostArray): ort.Tensor {
  // The types of onnxruntime-node's constructor have one signature for each element type.
  switch (array.dtype) {
    case 'float32':
      return new ort.Tensor(array.dtype, array.data, array.shape);
    case 'int32':
      return new ort.Tensor(array.dtype, array.data, array.shape);
    case 'bool':
      return new ort.Tensor(array.dtype, array.data, array.shape);
  }
}

async function checkProvider(runtime: Runtime, upload: (tensor: ort.Tensor) => Promise<ort.Tensor>): Promise<void> {
  const known = onnxProviders().map(({ name }) => name);
  if (!known.includes(runtime.provider)) {
    throw new BadInput(
      `Engine "onnx": provider "${runtime.provider}" is unknown here; this onnxruntime-node has ${known.join(', ')}.`,
    );
  }
  try {
    const probe = await upload(new ort.Tensor('float32', Float32Array.of(1), []));
    if (probe.location !== 'cpu') probe.dispose();
  } catch (error) {
    const reason = String((error as Error).message)
      .split('\n')[0]!
      .replace(/^.*false\. /, '');
    throw new BadInput(`Engine "onnx": provider "${runtime.provider}" does not start: ${reason}`);
  }
}

function describe({ provider, threads }: Runtime): string {
  const { version } = require('onnxruntime-node/package.json') as { version: string };
  return `onnxruntime-node ${version}, compiled, provider ${provider}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}
