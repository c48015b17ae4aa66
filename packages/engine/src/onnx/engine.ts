import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { BadInput, messageOf, packageVersion } from '@lab/records';
import type { DType, Engine, Handle, HostArray, OutputsOf, Program, PureFunction, Storage } from '../engine.ts';
import { checkHostArray, hostArray, isHostArray } from '../host.ts';
import { startTrace } from '../trace/backend.ts';
import { createGraph, type ElementType, type GraphPass } from '../graph/graph.ts';
import type { InputType } from '../trace/trace.ts';
import { flattenTree, rebuild } from '../tree.ts';
import { compileFunction } from './compile.ts';
import { partOf, type PartName } from '../graph/stored.ts';
import { loadCudaLibraries } from './cuda.ts';
import { kept, type Kept } from './keep.ts';
import { inputName, outputName, writeModel } from './model.ts';
import { onnxProviders, openGraph, type Fusion, type Runtime } from './session.ts';
import { deviceTransfer, stay } from './transfer.ts';

/** A function compiled for one set of shapes, ready to run. */
type Compiled = {
  readonly session: ort.InferenceSession;
  readonly inputs: readonly string[];
  readonly outputs: readonly (readonly [path: string, type: InputType])[];
  /** The record that the function gives. */
  readonly structure: object;
};

/**
 * The compiled engine: a function is traced once for each set of input shapes, written as one ONNX
 * graph, and run by ONNX Runtime. `run` blocks the event loop for one step and lets it turn before
 * each. Host arrays are not copied on the CPU, so they must not change while a handle made of them
 * lives.
 * @param options threads of one operation (default: all cores), the execution provider (default
 *   cpu), and for measurements passes to leave out, how much ONNX Runtime fuses by itself, and the
 *   beginning of the names of its profiles
 * @throws BadInput when the provider is unknown to this onnxruntime-node or finds no device, with
 *   its reason
 */
export async function onnxEngine(
  options: {
    readonly threads?: number;
    readonly provider?: string;
    readonly without?: readonly GraphPass[];
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
  if (runtime.provider === 'cuda') loadCudaLibraries();
  // onnxruntime-node keeps values on a device for WebGPU alone.
  const onDevice = runtime.provider === 'webgpu';
  const transfer = onDevice ? deviceTransfer(runtime) : stay;
  await checkProvider(runtime, transfer.upload);
  const tensors = new Map<Handle, ort.Tensor>();
  /** Frozen matrices that are not float32 alone. */
  const matrices = new Map<Handle, Kept>();

  const own = (dtype: DType, shape: readonly number[], tensor: ort.Tensor): Handle => {
    const handle = { dtype, shape };
    tensors.set(handle, tensor);
    return handle;
  };
  const keep = (array: HostArray, storage: Exclude<Storage, 'float32'>): Handle => {
    if (runtime.provider !== 'cpu')
      throw new BadInput(`base "${storage}" is for the provider cpu; ${runtime.provider} has float32 only`);
    const handle = { dtype: array.dtype, shape: array.shape, storage };
    matrices.set(handle, kept(array, storage));
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
  /** The tensor of a handle, or one part of a kept matrix. */
  const fed = async (handle: Handle, part: PartName | ''): Promise<ort.Tensor> =>
    matrices.get(handle)?.[part] ?? resident(handle);
  const release = (handle: Handle): void => {
    if (matrices.delete(handle)) return;
    const tensor = find(handle);
    if (tensor.location !== 'cpu') tensor.dispose();
    tensors.delete(handle);
  };

  const open = async <In extends object, Out extends object>(
    fn: PureFunction<In, Out>,
    signature: object,
    twice: boolean,
  ): Promise<Compiled> => {
    const without = options.without ? { without: options.without } : {};
    const { model, outputs, structure } = compileFunction(fn, signature, { twice, ...without });
    const session = await openGraph(model.bytes, runtime, onDevice);
    const types = Object.entries(outputs).map(
      ([path, { dtype, shape }]) => [path, borderType(path, dtype, shape)] as const,
    );
    // Types alone: the recorded values would keep the whole graph in memory.
    const kept = rebuild<object>(structure, Object.fromEntries(types));
    return { session, inputs: model.inputs, outputs: types, structure: kept };
  };

  const program = <In extends object, Out extends object>(fn: PureFunction<In, Out>): Program<In, Out> => {
    const compiled = new Map<string, Promise<Compiled>>();
    return {
      run: async (inputs) => {
        const flat = flattenTree<Handle | HostArray>(inputs);
        const entries = Object.entries(flat);
        entries.forEach(([path, value]) => isHostArray(value) && checkHostArray(value, `input "${path}"`));
        const key = entries.map(([path, value]) => `${path}:${typeOf(value)}`).join(' ');
        let opening = compiled.get(key);
        if (!opening) {
          // Purity is a matter of the function, not of its shapes: one check a program.
          opening = open(fn, inputs, compiled.size === 0);
          compiled.set(key, opening);
          opening.catch(() => compiled.delete(key));
        }
        const { session, inputs: used, outputs, structure } = await opening;
        const feeds: Record<string, ort.Tensor> = {};
        for (const input of used) {
          const { name, part = '' } = partOf(input);
          const value = flat[name];
          if (!value) throw new Error(`engine onnx: no input "${name}"`);
          feeds[inputName(input)] = isHostArray(value) ? wrap(value) : await fed(value, part);
        }
        const results = await session.run(feeds);
        const handles = outputs.map(([path, { dtype, shape }]) => {
          const tensor = results[outputName(path)];
          if (!tensor) throw new Error(`engine onnx: no output "${path}"`);
          return [path, own(dtype, shape, tensor)] as const;
        });
        return rebuild<OutputsOf<Out>>(structure, Object.fromEntries(handles));
      },
      dispose: () => {
        for (const opening of compiled.values()) void opening.then(({ session }) => session.release());
        compiled.clear();
      },
    };
  };

  return {
    name: 'onnx',
    description: describe(runtime),
    program,
    put: (array, storage = 'float32') => {
      checkHostArray(array, 'put');
      if (storage !== 'float32') return keep(array, storage);
      return own(array.dtype, array.shape, wrap(array));
    },
    get: async (handle) => {
      const { data } = await transfer.download(find(handle));
      return hostArray(handle.dtype, handle.shape, data, 'get');
    },
    free: (handles) => Object.values(flattenTree<Handle>(handles)).forEach(release),
    alive: () => tensors.size + matrices.size,
    close: async () => {
      for (const handle of [...tensors.keys(), ...matrices.keys()]) release(handle);
      await transfer.close();
    },
  };
}

/** What programs are told apart by: the type of an input, its shape and how it is kept. */
function typeOf(value: Handle | HostArray): string {
  const storage = isHostArray(value) ? undefined : value.storage;
  return `${storage ?? value.dtype}[${value.shape.join()}]`;
}

/**
 * The type of an output as a handle has it. Throws for element types that cannot cross the border.
 */
function borderType(path: string, dtype: ElementType, shape: readonly number[]): InputType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return { dtype, shape };
  throw new Error(`output "${path}" is ${dtype}; a program gives float32, int32 or bool`);
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
    const copy = { x: createGraph().input('x', 'float32', []) };
    if (runtime.provider !== 'cpu') await (await openGraph(writeModel(copy).bytes, runtime, false)).release();
    const probe = await upload(new ort.Tensor('float32', Float32Array.of(1), []));
    if (probe.location !== 'cpu') probe.dispose();
  } catch (error) {
    const reason = reasonOf(messageOf(error), runtime.provider);
    throw new BadInput(`Engine "onnx": provider "${runtime.provider}" does not start: ${reason}`);
  }
}

/** What a person needs of a provider's long message. */
function reasonOf(message: string, provider: string): string {
  if (provider === 'cuda' && message.includes('Failed to load shared library'))
    return 'its libraries or the driver (libcuda.so.1) are missing; npm run setup:cuda fetches the libraries';
  const device = /CUDA failure \d+: ([^;]+?) ;/.exec(message)?.[1];
  return device ?? message.split('\n')[0]!.replace(/^.*false\. /, '');
}

function describe({ provider, threads }: Runtime): string {
  const version = packageVersion('onnxruntime-node', import.meta.url);
  const used = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return `onnxruntime-node ${version}, compiled, provider ${provider}, ${used}`;
}
