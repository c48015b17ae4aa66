import { BadInput } from '@lab/records';
import type { HostArray } from '@lab/tensor';
import type { Adapter } from './adapter.ts';

type Arrays = { readonly [name: string]: HostArray };

const withDelta = (adapter: Adapter, weights: Arrays, params: Arrays, sign: 1 | -1): Arrays => {
  const { delta } = adapter;
  if (!delta) throw new BadInput('this adapter has no update that could be merged into the weights');
  const changed = adapter.targets.map((spec) => {
    const name = `${spec.path}.weight`;
    const W = weights[name];
    if (!W) throw new Error(`no weight named ${name}`);
    const add = delta(spec, params);
    return [name, { ...W, data: (W.data as Float32Array).map((w, i) => w + sign * add[i]!) }] as const;
  });
  return { ...weights, ...Object.fromEntries(changed) };
};

/**
 * Weights with the adapter's deterministic update added: W + ΔW for every target. `weights` is left as it is, so the exact inverse
 * of merging is to go on using it. Throws `BadInput` for an adapter that cannot be merged.
 */
export const merge = (adapter: Adapter, weights: Arrays, params: Arrays): Arrays =>
  withDelta(adapter, weights, params, 1);

/** Takes the update away again; equal to the original weights to float32 rounding. */
export const unmerge = (adapter: Adapter, weights: Arrays, params: Arrays): Arrays =>
  withDelta(adapter, weights, params, -1);
