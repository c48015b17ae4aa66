import { as1d, as2d, type Params, type tf } from '@lab/engine';
import type { HostParams } from './host-params.ts';

const missing = (name: string): never => {
  throw new Error(`no tensor named ${name}`);
};

/** The tensor of a name. Throws where there is none, as do the others here. */
export const tensorAt = (params: Params, name: string): tf.Tensor => params[name] ?? missing(name);

/** The matrix of a name. */
export const matrixAt = (params: Params, name: string): tf.Tensor2D => as2d(tensorAt(params, name));

/** The vector of a name. */
export const vectorAt = (params: Params, name: string): tf.Tensor1D => as1d(tensorAt(params, name));

/** The values of a name on the host. */
export const floatsAt = (params: HostParams, name: string): Float32Array => (params[name] ?? missing(name)).data;
