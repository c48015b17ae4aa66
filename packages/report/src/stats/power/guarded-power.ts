import { fold, key, normal } from '@lab/random';
import { sortedQuantile } from '../describe.ts';
import { fewestSeeds, meanInterval } from '../intervals/mean-interval.ts';
import { equivalencePower, pairedMde, pairedPower } from './paired-power.ts';

const studies = 20_000;
const root = fold(key(0), 'guarded-power');

/**
 * Above this many seeds the guard against skewness costs less than a point of power, and the
 * noncentral t law is used.
 */
const simulatedUpTo = 40;

/** Parts that are tested together, on the same n seeds. */
export interface PowerDesign {
  /** Standard deviation of each part's difference, stored units. */
  readonly spreads: readonly number[];
  /** Correlation of the parts' differences over seeds; for one part [[1]]. */
  readonly correlation: readonly (readonly number[])[];
  readonly n: number;
  /** Two-sided level; default .05. */
  readonly alpha?: number;
}

/** Lower triangular L with L L^T = a (Cholesky); a direction without variance left is dropped. */
const cholesky = (a: readonly (readonly number[])[]): number[][] => {
  const lower = a.map((row) => row.map(() => 0));
  a.forEach((row, i) => {
    const li = lower[i] ?? [];
    for (let j = 0; j <= i; j++) {
      const lj = lower[j] ?? [];
      const rest = (row[j] ?? 0) - li.slice(0, j).reduce((sum, v, k) => sum + v * (lj[k] ?? 0), 0);
      if (i === j) li[j] = Math.sqrt(Math.max(0, rest));
      else li[j] = (lj[j] ?? 0) > 1e-9 ? rest / (lj[j] ?? 1) : 0;
    }
  });
  return lower;
};

/**
 * Ends of the deciding interval of simulated studies without any effect, one entry for each part.
 */
const nullIntervals = (design: PowerDesign): readonly (readonly { low: number; high: number }[])[] => {
  const { spreads, correlation, n, alpha = 0.05 } = design;
  const parts = spreads.length;
  const lower = cholesky(correlation);
  const count = parts === 1 ? studies : studies / 4;
  const noise = normal(fold(fold(root, n), parts), count * n * parts);
  return Array.from({ length: count }, (_, s) =>
    spreads.map((spread, part) => {
      const weights = lower[part] ?? [];
      const values = Array.from({ length: n }, (_unused, seed) => {
        const at = (s * n + seed) * parts;
        return spread * weights.reduce((sum, weight, k) => sum + weight * (noise[at + k] ?? 0), 0);
      });
      return meanInterval(values, 1 - alpha) ?? { low: -Infinity, high: Infinity };
    }),
  );
};

/**
 * By design: the effect that each simulated study would have needed, sorted. Single parts are kept
 * for a spread of one.
 */
const known = new Map<string, Float64Array>();

const needed = (design: PowerDesign): Float64Array => {
  const name = JSON.stringify(design);
  const before = known.get(name);
  if (before) return before;
  const all = nullIntervals(design).map((parts) => Math.max(...parts.map(({ low }) => -low)));
  const sorted = Float64Array.from(all).sort();
  if (known.size > 200) known.clear();
  known.set(name, sorted);
  return sorted;
};

const alone = (n: number, alpha: number): PowerDesign => ({ spreads: [1], correlation: [[1]], n, alpha });

/** Share of sorted values below x. */
const shareBelow = (sorted: Float64Array, x: number): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < x) low = middle + 1;
    else high = middle;
  }
  return low / sorted.length;
};

/**
 * Power of `pAbove` for a true mean of `effect` standard deviations: simulated with 20,000 studies
 * of normal differences from a fixed key (standard error below .4 points) up to `simulatedUpTo`
 * seeds, the noncentral t law above. 0 below `fewestSeeds`.
 */
export const guardedPower = (effect: number, n: number, alpha = 0.05): number => {
  if (n < fewestSeeds) return 0;
  return n > simulatedUpTo ? pairedPower({ effect, n, alpha }) : shareBelow(needed(alone(n, alpha)), effect);
};

/**
 * Smallest effect, in standard deviations of the difference, that the deciding test finds with the
 * wanted power; null below `fewestSeeds`.
 */
export const guardedMde = (n: number, power = 0.8, alpha = 0.05): number | null => {
  if (n < fewestSeeds) return null;
  return n > simulatedUpTo ? pairedMde(n, power, alpha) : sortedQuantile(needed(alone(n, alpha)), power);
};

/**
 * Power of an intersection-union test: every part is found above zero when each true mean is
 * `effect` (stored units).
 */
export const jointPower = (design: PowerDesign & { readonly effect: number }): number => {
  const { effect, ...rest } = design;
  const [spread = 0] = rest.spreads;
  if (rest.spreads.length === 1 && spread > 0) return guardedPower(effect / spread, rest.n, rest.alpha);
  return rest.n < fewestSeeds || rest.spreads.length === 0 ? 0 : shareBelow(needed(rest), effect);
};

/**
 * Smallest common effect (stored units) that all parts show together with the wanted power; null
 * below `fewestSeeds`.
 */
export const jointMde = (design: PowerDesign, power = 0.8): number | null => {
  const [spread = 0] = design.spreads;
  if (design.n < fewestSeeds || design.spreads.length === 0) return null;
  if (design.spreads.length > 1) return sortedQuantile(needed(design), power);
  const factor = guardedMde(design.n, power, design.alpha);
  return factor === null ? null : factor * spread;
};

/**
 * Power to call a mean equivalent: its interval within ±margin (in standard deviations) when the
 * true mean is zero.
 */
export const guardedEquivalence = (margin: number, n: number, alpha = 0.05): number => {
  if (n < fewestSeeds) return 0;
  if (n > simulatedUpTo) return equivalencePower({ effect: 0, margin, n, alpha });
  const all = nullIntervals(alone(n, alpha));
  return all.filter(([i]) => i !== undefined && i.low > -margin && i.high < margin).length / all.length;
};

/** Correlation matrix of several lists over the same seeds; 0 where a list has no spread. */
export const correlations = (lists: readonly (readonly number[])[]): number[][] => {
  const centred = lists.map((list) => {
    const centre = list.reduce((sum, v) => sum + v, 0) / list.length;
    return list.map((v) => v - centre);
  });
  const norms = centred.map((list) => Math.sqrt(list.reduce((sum, v) => sum + v * v, 0)));
  return centred.map((a, i) =>
    centred.map((b, j) => {
      if (i === j) return 1;
      const product = (norms[i] ?? 0) * (norms[j] ?? 0);
      return product > 0 ? a.reduce((sum, v, s) => sum + v * (b[s] ?? 0), 0) / product : 0;
    }),
  );
};
