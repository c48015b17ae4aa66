import { BadInput } from '@lab/records';
import type { Float32HostArray } from '@lab/engine';
import type { Adapter, HostParams } from './adapter.ts';

/** Values plus or minus an update, rounded once. */
const moved = (values: Float32Array, update: Float32Array, sign: 1 | -1): Float32Array =>
  values.map((w, i) => w + sign * update[i]!);

const withDelta = (adapter: Adapter, weights: HostParams, params: HostParams, sign: 1 | -1): HostParams => {
  const { delta, deltaBias, targets } = adapter;
  if (!delta && !deltaBias) throw new BadInput('this adapter has no update that could be merged into the weights');
  const changed = targets.flatMap((spec): (readonly [string, Float32HostArray])[] => {
    const [name, biasName] = [`${spec.path}.weight`, `${spec.path}.bias`];
    const W = weights[name];
    if (!W) throw new Error(`no weight named ${name}`);
    const b = weights[biasName] ?? { dtype: 'float32', shape: [spec.dOut], data: new Float32Array(spec.dOut) };
    const data = (array: Float32HostArray) => array.data;
    return [
      ...(delta ? [[name, { ...W, data: moved(data(W), delta(spec, params), sign) }] as const] : []),
      ...(deltaBias ? [[biasName, { ...b, data: moved(data(b), deltaBias(spec, params), sign) }] as const] : []),
    ];
  });
  return { ...weights, ...Object.fromEntries(changed) };
};

/**
 * Weights with the adapter's deterministic update added: W + ΔW and b + Δb for every target. `weights` is left as it is, so the exact
 * inverse of merging is to go on using it. Throws `BadInput` for an adapter that cannot be merged.
 */
export const merge = (adapter: Adapter, weights: HostParams, params: HostParams): HostParams =>
  withDelta(adapter, weights, params, 1);

/** Takes the update away again; equal to the original weights to float32 rounding. */
export const unmerge = (adapter: Adapter, weights: HostParams, params: HostParams): HostParams =>
  withDelta(adapter, weights, params, -1);
