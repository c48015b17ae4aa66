import { bits, fold, integer, type Key } from '@lab/random';

/** Where a run may lie: positions from `first` up to, not including, `end`; `most` is its greatest length. */
export interface Window {
  readonly first: number;
  readonly end: number;
  readonly most: number;
}

/** Positions a run may use among n valid tokens. `guarded`: a key must survive, the first one under a causal mask. */
export const spanWindow = (n: number, guarded: boolean, causal: boolean): Window => ({
  first: guarded && causal ? 1 : 0,
  end: n,
  most: guarded ? n - 1 : n,
});

/** The two lengths a run may have among n valid tokens, and the chance of the longer: on average p n, whatever n. */
export const spanLengths = (
  n: number,
  p: number,
  most: number,
): { shorter: number; longer: number; chance: number } => {
  const whole = Math.floor(p * n);
  return { shorter: Math.min(whole, most), longer: Math.min(whole + 1, most), chance: p * n - whole };
};

/** Drops one contiguous run, its start uniform in the window. Writes into `keep` (all 1 before) from offset `at`. */
export const dropSpan = (keep: Uint8Array, at: number, n: number, p: number, window: Window, key: Key): void => {
  const { shorter, longer, chance } = spanLengths(n, p, window.most);
  const length = bits(fold(key, 'length'), 1)[0]! < chance * 2 ** 32 ? longer : shorter;
  const start = window.first + integer(fold(key, 'start'), window.end - window.first - length + 1);
  keep.fill(0, at + start, at + start + length);
};
