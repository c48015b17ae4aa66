import { BadInput } from '@lab/records';
import { floats, type Float32HostArray } from '@lab/engine';
import type { Adapter } from './adapter.ts';
import { withParts, withoutParts } from './fused.ts';
import type { HostParams } from './host-params.ts';
import { floatsAt } from './named.ts';
import { deltaOf } from './whole.ts';

const sum = (shape: readonly number[], values: Float32Array, update: Float32Array): Float32HostArray =>
  floats(
    values.map((w, i) => w + (update[i] ?? NaN)),
    shape,
  );

/**
 * Weights with the adapter's deterministic update added, rounded once: W + ΔW and b + Δb for every
 * target, and every weight that is trained whole. `given` is left as it is. Throws `BadInput` for
 * an adapter that cannot be merged.
 */
export const merge = (adapter: Adapter, given: HostParams, params: HostParams): HostParams => {
  const { delta, deltaFrom, deltaBias, targets, whole = [] } = adapter;
  if (!delta && !deltaFrom && !deltaBias)
    throw new BadInput('this adapter has no update that could be merged into the weights');
  const moved = whole.map(
    ({ name, shape }) => [name, sum(shape, floatsAt(given, name), floatsAt(params, deltaOf(name)))] as const,
  );
  const weights = withParts(targets, { ...given, ...Object.fromEntries(moved) });
  const changed = targets.flatMap((spec): readonly (readonly [string, Float32HostArray])[] => {
    const [W, b] = [`${spec.path}.weight`, `${spec.path}.bias`];
    const bias = weights[b] ? floatsAt(weights, b) : new Float32Array(spec.dOut);
    const shift = deltaBias?.(spec, params);
    const update = deltaFrom?.(spec, params, { weights, factor: 1 }) ?? delta?.(spec, params);
    return [
      ...(update ? [[W, sum([spec.dIn, spec.dOut], floatsAt(weights, W), update)] as const] : []),
      ...(shift ? [[b, sum([spec.dOut], bias, shift)] as const] : []),
    ];
  });
  return withoutParts(targets, { ...weights, ...Object.fromEntries(changed) });
};
