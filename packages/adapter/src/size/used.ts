import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';

/**
 * Ranks in use by the path of their target, when training has ended; undefined where none is ever
 * pruned.
 */
export const ranksInUse = (
  { pruned, targets }: Adapter,
  params: HostParams,
): { readonly [path: string]: number } | undefined =>
  pruned && Object.fromEntries(targets.map((spec) => [spec.path, pruned(spec, params).r]));

/**
 * Parameters in use when training has ended: what a search has on, or r' (d_in + d_out + 1) of
 * every target of which r' ranks remain, each with its gate; undefined where all that are trained
 * are used.
 */
export const parametersInUse = (adapter: Adapter, params: HostParams): number | undefined => {
  if (adapter.used) return adapter.used(params);
  const ranks = ranksInUse(adapter, params);
  return ranks && adapter.targets.reduce((sum, { path, dIn, dOut }) => sum + (ranks[path] ?? 0) * (dIn + dOut + 1), 0);
};
