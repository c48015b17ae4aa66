import { present } from '@lab/records';
import * as ort from 'onnxruntime-node';
import { dtypeOf } from '../engine.ts';
import { createGraph } from '../graph/graph.ts';
import { inputName, outputName, writeModel } from './model.ts';
import { openGraph, type Runtime } from './session.ts';

/** Copies between host and device. */
export type Transfer = {
  readonly upload: (tensor: ort.Tensor) => Promise<ort.Tensor>;
  readonly download: (tensor: ort.Tensor) => Promise<ort.Tensor>;
  readonly close: () => Promise<void>;
};

/** On the CPU a tensor is already where it is used. */
export const stay: Transfer = {
  upload: async (tensor) => tensor,
  download: async (tensor) => tensor,
  close: async () => undefined,
};

/**
 * Copies by sessions of one Identity: onnxruntime-node 1.30 keeps outputs on a device and takes
 * them as inputs, but its own download of such a tensor ends the process.
 */
export function deviceTransfer(runtime: Runtime): Transfer {
  const sessions = new Map<string, Promise<ort.InferenceSession>>();
  const copy = async (tensor: ort.Tensor, keepOnDevice: boolean): Promise<ort.Tensor> => {
    const key = `${tensor.type}[${tensor.dims.join()}] ${String(keepOnDevice)}`;
    let session = sessions.get(key);
    if (!session) {
      const value = createGraph().input('x', dtypeOf(tensor.type), tensor.dims);
      session = openGraph(writeModel({ x: value }).bytes, runtime, keepOnDevice);
      sessions.set(key, session);
    }
    const results = await (await session).run({ [inputName('x')]: tensor });
    return present(results[outputName('x')]);
  };
  return {
    upload: async (tensor) => (tensor.location === 'cpu' ? copy(tensor, true) : tensor),
    download: async (tensor) => (tensor.location === 'cpu' ? tensor : copy(tensor, false)),
    close: async () => {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}
