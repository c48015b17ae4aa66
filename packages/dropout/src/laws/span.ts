import { sizeOf } from '@lab/engine';
import { bits, fold, integer, type Key } from '@lab/random';
import { tokenRows } from '../masks/tokens.ts';
import { independentCoins } from './bernoulli.ts';
import { keyRefusal } from './keep-one-key.ts';
import type { Law, MaskSpec } from './law.ts';

/**
 * Where a run may lie: positions from `first` up to, not including, `end`; `most` is its greatest
 * length.
 */
interface Window {
  readonly first: number;
  readonly end: number;
  readonly most: number;
}

/**
 * Positions a run may use among n valid tokens. `guarded`: a key must survive, the first one under
 * a causal mask.
 */
const windowOf = (n: number, guarded: boolean, causal: boolean): Window => ({
  first: guarded && causal ? 1 : 0,
  end: n,
  most: guarded ? n - 1 : n,
});

/**
 * The two lengths a run may have among n valid tokens, and the chance of the longer: on average p
 * n, whatever n.
 */
const lengthsOf = (n: number, p: number, most: number): { shorter: number; longer: number; chance: number } => {
  const whole = Math.floor(p * n);
  return { shorter: Math.min(whole, most), longer: Math.min(whole + 1, most), chance: p * n - whole };
};

const drawRuns = (key: Key, spec: MaskSpec, guarded: boolean): Uint8Array => {
  const { shape, p, context } = spec;
  const keep = new Uint8Array(sizeOf(shape)).fill(1);
  tokenRows(spec).forEach(({ at, valid }, row) => {
    const own = fold(key, row);
    const { first, end, most } = windowOf(valid, guarded, context.causal);
    const { shorter, longer, chance } = lengthsOf(valid, p, most);
    const [word = 0] = bits(fold(own, 'length'), 1);
    const length = word < chance * 2 ** 32 ? longer : shorter;
    const start = at + first + integer(fold(own, 'start'), end - first - length + 1);
    keep.fill(0, start, start + length);
  });
  return keep;
};

/** P(kept) of every position: a run is nearer to the middle of a text than to its ends. */
const keptShare = (spec: MaskSpec, guarded: boolean): Float64Array => {
  const { shape, p, context } = spec;
  const share = new Float64Array(sizeOf(shape)).fill(1);
  for (const { at, valid } of tokenRows(spec)) {
    const { first, end, most } = windowOf(valid, guarded, context.causal);
    const { shorter, longer, chance } = lengthsOf(valid, p, most);
    for (const [length, weight] of [
      [shorter, 1 - chance],
      [longer, chance],
    ] as const) {
      const starts = end - first - length + 1;
      for (let start = at + first; start < at + first + starts; start++)
        for (let j = start; j < start + length; j++) share[j] = (share[j] ?? 1) - weight / starts;
    }
  }
  return share;
};

/**
 * One run of tokens (or of keys) dropped in every row, its start uniform. It lies inside the valid
 * tokens and is p n long on average. `guarded`: a key survives in every row.
 */
export const span = ({ guarded }: { readonly guarded: boolean }): Law => ({
  ...independentCoins,
  draw: (key, spec) => ({ dtype: 'bool', shape: spec.shape, data: drawRuns(key, spec, guarded) }),
  mean: { kind: 'by-entry', at: (spec) => keptShare(spec, guarded) },
  variance: { kind: 'by-entry', at: (spec) => keptShare(spec, guarded).map((q) => q * (1 - q)) },
  refusal: guarded ? keyRefusal : () => undefined,
});
