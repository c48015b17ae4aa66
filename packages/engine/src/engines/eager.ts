import { BadInput } from '@lab/records';
import * as tf from '@tensorflow/tfjs';
import { onBackend, tidyOrFree } from './backend.ts';
import { dtypeOf } from '../engine.ts';
import type {
  Engine,
  EngineName,
  Handle,
  HostArray,
  OutputsOf,
  Program,
  PureFunction,
  TensorRecord,
} from '../engine.ts';
import { checkHostArray, converted, hostArray, isHostArray } from '../host.ts';
import { flattenTree, rebuild } from '../tree.ts';

/**
 * What an eager engine is: its public name, the line for people, and the tfjs backend that does the
 * work.
 */
export type EagerSpec = { readonly name: EngineName; readonly description: string; readonly backend: string };

/**
 * An engine that runs the function's tfjs operations one by one on a started tfjs backend.
 * Handles wrap tensors; each run happens in one tidy, so only the outputs survive it.
 */
export function eagerEngine(spec: EagerSpec): Engine {
  const tensors = new Map<Handle, tf.Tensor>();

  const own = (tensor: tf.Tensor): Handle => {
    const handle = { dtype: dtypeOf(tensor.dtype), shape: tensor.shape };
    tensors.set(handle, tensor);
    return handle;
  };
  const find = (handle: Handle): tf.Tensor => {
    const tensor = tensors.get(handle);
    if (!tensor) throw new Error(`engine ${spec.name}: this handle was freed or belongs to another engine`);
    return tensor;
  };
  const release = (handle: Handle): void => {
    find(handle).dispose();
    tensors.delete(handle);
  };

  const program = <In extends object, Out extends object>(fn: PureFunction<In, Out>): Program<In, Out> => ({
    run: async (inputs) => {
      const made = onBackend(spec.backend, () =>
        tidyOrFree(() => {
          const entries = Object.entries(flattenTree<Handle | HostArray>(inputs)).map(([path, value]) => {
            const tensor = isHostArray(value) ? upload(value, `input "${path}"`) : find(value);
            return [path, tensor] as const;
          });
          const outputs = fn(rebuild<In>(inputs, Object.fromEntries(entries)));
          const separate = separated(flattenTree<tf.Tensor>(outputs), new Set(entries.map(([, tensor]) => tensor)));
          return rebuild<Out & tf.TensorContainerObject>(outputs, separate);
        }),
      );
      const handles = Object.entries(flattenTree<tf.Tensor>(made)).map(
        ([path, tensor]) => [path, own(tensor)] as const,
      );
      return rebuild<OutputsOf<Out>>(made, Object.fromEntries(handles));
    },
    dispose: () => undefined,
  });

  return {
    name: spec.name,
    description: spec.description,
    program,
    put: (array, storage = 'float32') => {
      if (storage !== 'float32')
        throw new BadInput(`base "${storage}" needs the compiled engine; use --engine onnx, or leave base out`);
      return onBackend(spec.backend, () => own(upload(array, 'put')));
    },
    get: async (handle) => {
      const tensor = find(handle);
      // Kernels of the plain JavaScript backend leave comparisons in other typed arrays than their
      // dtype says.
      const data = converted(handle.dtype, await tensor.data());
      return hostArray(handle.dtype, handle.shape, data, 'get');
    },
    free: (handles) => Object.values(flattenTree<Handle>(handles)).forEach(release),
    alive: () => tensors.size,
    close: async () => {
      for (const handle of [...tensors.keys()]) release(handle);
    },
  };
}

function upload(array: HostArray, what: string): tf.Tensor {
  checkHostArray(array, what);
  return tf.tensor(array.data, [...array.shape], array.dtype);
}

/**
 * Outputs that are inputs, or each other, become clones: every handle owns its tensor and is freed
 * once.
 */
function separated(outputs: TensorRecord, taken: Set<tf.Tensor>): TensorRecord {
  const separate = Object.entries(outputs).map(([path, tensor]) => {
    if (taken.has(tensor)) return [path, tensor.clone()] as const;
    taken.add(tensor);
    return [path, tensor] as const;
  });
  return Object.fromEntries(separate);
}
