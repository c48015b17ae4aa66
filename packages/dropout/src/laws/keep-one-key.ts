import { sizeOf } from '@lab/engine';
import { fold, integer, type Key } from '@lab/random';
import { keyRows } from '../masks/tokens.ts';
import { coins, independentCoins } from './bernoulli.ts';
import type { Law, MaskSpec } from './law.ts';
import type { NoiseKind } from '../noise/axes.ts';

const wholeQuery = ['row', 'head', 'example'] as const;

/** Why a structure cannot leave every query a key; undefined where it can. */
export const keyRefusal = ({ structure }: NoiseKind): string | undefined =>
  wholeQuery.some((whole) => whole === structure)
    ? `structure "${structure}" would take every key from a query; allowed here: element, column, span`
    : undefined;

const draw = (key: Key, spec: MaskSpec): Uint8Array => {
  const keep = coins(key, sizeOf(spec.shape), spec.p);
  const guard = fold(key, 'guard');
  keyRows(spec).forEach(({ at, visible }, row) => {
    if (!keep.subarray(at, at + visible).includes(1)) keep[at + integer(fold(guard, row), visible)] = 1;
  });
  return keep;
};

/** 1 - p, and where one of v visible keys must survive, 1 - p + p^v / v. */
const keptShare = (spec: MaskSpec): Float64Array => {
  const { p, shape } = spec;
  const share = new Float64Array(sizeOf(shape)).fill(1 - p);
  for (const { at, visible } of keyRows(spec)) share.fill(1 - p + p ** visible / visible, at, at + visible);
  return share;
};

/**
 * Coins on the keys of attention of which every query keeps one that it may see. Where a row drops
 * all of them, one, drawn uniformly, is kept. Under a causal mask a row shared by all queries
 * therefore always keeps the first key.
 */
export const keepOneKey: Law = {
  ...independentCoins,
  draw: (key, spec) => ({ dtype: 'bool', shape: spec.shape, data: draw(key, spec) }),
  mean: { kind: 'by-entry', at: keptShare },
  variance: { kind: 'by-entry', at: (spec) => keptShare(spec).map((q) => q * (1 - q)) },
  refusal: keyRefusal,
};
