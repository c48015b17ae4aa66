import { fold, type Key } from '@lab/random';
import { indices } from './resample.ts';
import { mean, sd, sortedQuantile } from './describe.ts';
import { normalCdf, studentQuantile } from './distributions.ts';

/** Two-sided interval. `kind` is printed beside it: no interval without its name. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
  readonly kind: 't' | 'bootstrap' | 'hierarchical bootstrap' | 'jackknife';
}

/**
 * Below this many seeds a bootstrap over seeds cannot reach far enough into its tails, so Student's
 * interval is used.
 */
export const fewestForBootstrap = 6;

/** Student's interval of a mean; null below two values. */
export const tInterval = (values: readonly number[], level = 0.95): Interval | null => {
  if (values.length < 2) return null;
  const half = (studentQuantile((1 + level) / 2, values.length - 1) * sd(values)) / Math.sqrt(values.length);
  const centre = mean(values);
  return { low: centre - half, high: centre + half, level, kind: 't' };
};

const variance = (values: readonly number[]): number => (values.length < 2 ? 0 : sd(values) ** 2);

/** Welch and Satterthwaite's degrees of freedom for a mean of stratum means. */
const degrees = (strata: readonly (readonly number[])[]): number => {
  const parts = strata.map((s) => ({ v: variance(s) / s.length, df: s.length - 1 }));
  const total = parts.reduce((sum, { v }) => sum + v, 0);
  const weight = parts.reduce((sum, { v, df }) => sum + (v * v) / df, 0);
  return weight > 0 ? (total * total) / weight : Math.min(...parts.map(({ df }) => df));
};

/**
 * Tail share of the expanded percentile interval (Hesterberg 2015, "What teachers should know about
 * the bootstrap", section 5): the plain percentile interval is too narrow by sqrt((n - 1) / n) and
 * by using z where t belongs; both are put back.
 */
export const expandedTail = (n: number, df: number, level: number): number =>
  normalCdf(-Math.sqrt(n / (n - 1)) * studentQuantile((1 + level) / 2, df));

/**
 * Bootstrap interval of the mean over tasks of the mean over seeds, stratified: seeds are resampled
 * within each task, tasks are fixed. strata: one list of run scores (or paired differences) for
 * each task. Expanded percentile interval. Null unless every stratum has at least
 * `fewestForBootstrap` values.
 */
export const bootstrapInterval = (
  strata: readonly (readonly number[])[],
  key: Key,
  resamples = 10_000,
  level = 0.95,
): Interval | null => {
  if (strata.length === 0 || strata.some((s) => s.length < fewestForBootstrap)) return null;
  const draws = new Float64Array(resamples);
  strata.forEach((values, task) => {
    const n = values.length;
    const picks = indices(fold(key, task), resamples * n, n);
    for (let r = 0; r < resamples; r++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += values[picks[r * n + i]!]!;
      draws[r]! += sum / n / strata.length;
    }
  });
  draws.sort();
  const seeds = Math.min(...strata.map((s) => s.length));
  const tail = expandedTail(seeds, degrees(strata), level);
  return { low: sortedQuantile(draws, tail), high: sortedQuantile(draws, 1 - tail), level, kind: 'bootstrap' };
};

/**
 * The interval a table prints: bootstrap stratified by task where seeds suffice, else Student's
 * over seed means.
 */
export const seedInterval = (strata: readonly (readonly number[])[], key: Key): Interval | null =>
  bootstrapInterval(strata, key) ?? pooledT(strata);

/**
 * Student's interval of a mean of stratum means, with Satterthwaite's degrees of freedom; null
 * where a stratum has one value.
 */
export const pooledT = (strata: readonly (readonly number[])[], level = 0.95): Interval | null => {
  if (strata.length === 0 || strata.some((s) => s.length < 2)) return null;
  const error = Math.sqrt(strata.reduce((sum, s) => sum + variance(s) / s.length, 0)) / strata.length;
  const half = studentQuantile((1 + level) / 2, degrees(strata)) * error;
  const centre = mean(strata.map(mean));
  return { low: centre - half, high: centre + half, level, kind: 't' };
};
