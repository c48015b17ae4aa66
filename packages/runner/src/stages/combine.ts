import { floats, type Float32HostArray } from '@lab/engine';
import type { Combine } from '@lab/records';

/** The size that the largest `keep` of the numbers reach; at least one number is kept. */
const thresholdOf = (update: Float32Array, keep: number): number => {
  const sizes = update.map(Math.abs).sort();
  return sizes[Math.max(0, sizes.length - Math.max(1, Math.round(keep * sizes.length)))] ?? 0;
};

/**
 * TIES (Yadav et al. 2023, https://arxiv.org/abs/2306.01708, algorithm 1): of each update the
 * largest numbers are kept; at every place the sign with the larger sum of sizes is elected, and
 * the numbers with that sign are averaged.
 */
const ties = (updates: readonly Float32Array[], keep: number): Float64Array => {
  const least = updates.map((update) => thresholdOf(update, keep));
  return Float64Array.from(updates[0] ?? [], (_, i) => {
    const kept = updates.map((update) => update[i] ?? 0).filter((x, k) => x !== 0 && Math.abs(x) >= (least[k] ?? 0));
    const sign = Math.sign(kept.reduce((a, b) => a + b, 0));
    const agreeing = kept.filter((x) => Math.sign(x) === sign);
    return agreeing.length === 0 ? 0 : agreeing.reduce((a, b) => a + b, 0) / agreeing.length;
  });
};

/** Task arithmetic (Ilharco et al. 2023, https://arxiv.org/abs/2212.04089): the sum of updates. */
const sum = (updates: readonly Float32Array[]): Float64Array =>
  Float64Array.from(updates[0] ?? [], (_, i) => updates.reduce((all, update) => all + (update[i] ?? 0), 0));

/** The updates of a matrix, all of one shape, as one. */
export const combined = (combine: Combine, updates: readonly Float32Array[]): Float64Array => {
  const one = combine.name === 'ties' ? ties(updates, combine.keep) : sum(updates);
  return one.map((x) => combine.scale * x);
};

/** W + the updates of several trained versions of it, made one. */
export const combinedWeight = (
  combine: Combine,
  base: Float32HostArray,
  versions: readonly Float32HostArray[],
): Float32HostArray => {
  const updates = versions.map(({ data }) => data.map((x, i) => x - (base.data[i] ?? 0)));
  const change = combined(combine, updates);
  return floats(
    base.data.map((x, i) => x + (change[i] ?? 0)),
    base.shape,
  );
};
