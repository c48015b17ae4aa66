import type { Params, tf } from '@lab/engine';
import type { HostParams } from './adapter.ts';

const missing = (name: string): never => {
  throw new Error(`no tensor named ${name}`);
};

const isMatrix = (tensor: tf.Tensor): tensor is tf.Tensor2D => tensor.rank === 2;
const isVector = (tensor: tf.Tensor): tensor is tf.Tensor1D => tensor.rank === 1;

/** The tensor of a name. Throws where there is none, as do the others here. */
export const tensorOf = (params: Params, name: string): tf.Tensor => params[name] ?? missing(name);

/** The matrix of a name. */
export const matrixOf = (params: Params, name: string): tf.Tensor2D => {
  const tensor = tensorOf(params, name);
  if (!isMatrix(tensor)) throw new Error(`${name} is no matrix`);
  return tensor;
};

/** The vector of a name. */
export const vectorOf = (params: Params, name: string): tf.Tensor1D => {
  const tensor = tensorOf(params, name);
  if (!isVector(tensor)) throw new Error(`${name} is no vector`);
  return tensor;
};

/** The values of a name on the host. */
export const floatsOf = (params: HostParams, name: string): Float32Array => {
  const { data } = params[name] ?? missing(name);
  if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32`);
  return data;
};
