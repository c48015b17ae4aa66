import { BadInput } from '@lab/records';
import { floats, type Float32HostArray } from '@lab/engine';
import type { Adapter, HostParams } from './adapter.ts';
import { floatsAt } from './named.ts';

const sum = (shape: readonly number[], values: Float32Array, update: Float32Array): Float32HostArray =>
  floats(
    values.map((w, i) => w + (update[i] ?? NaN)),
    shape,
  );

/**
 * Weights with the adapter's deterministic update added, rounded once: W + ΔW and b + Δb for every
 * target. `weights` is left as it is. Throws `BadInput` for an adapter that cannot be merged.
 */
export const merge = (adapter: Adapter, weights: HostParams, params: HostParams): HostParams => {
  const { delta, deltaBias, targets } = adapter;
  if (!delta && !deltaBias) throw new BadInput('this adapter has no update that could be merged into the weights');
  const changed = targets.flatMap((spec): readonly (readonly [string, Float32HostArray])[] => {
    const [W, b] = [`${spec.path}.weight`, `${spec.path}.bias`];
    const bias = weights[b] ? floatsAt(weights, b) : new Float32Array(spec.dOut);
    return [
      ...(delta ? [[W, sum([spec.dIn, spec.dOut], floatsAt(weights, W), delta(spec, params))] as const] : []),
      ...(deltaBias ? [[b, sum([spec.dOut], bias, deltaBias(spec, params))] as const] : []),
    ];
  });
  return { ...weights, ...Object.fromEntries(changed) };
};
