import { mean, sd } from '../describe.ts';
import { studentQuantile } from '@lab/random';
import type { Interval } from './interval.ts';
import { fewestSeeds } from './mean-interval.ts';

/**
 * Per-example differences of one seed's pair of runs: value[i] belongs to example id[i] (a number
 * shared by all seeds).
 */
export interface SeedDifferences {
  readonly id: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

const average = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};

/**
 * Variance of the mean over seeds and examples, by moments of the two-way layout: the spread of
 * seed means, plus what examples share between seeds (counted only as far as test sets overlap).
 * Unbiased where the plain two-way bootstrap counts noise three times (Owen 2007, "The pigeonhole
 * bootstrap"). Degrees of freedom by Satterthwaite.
 */
const moments = (seeds: readonly SeedDifferences[], examples: number): { variance: number; df: number } => {
  const n = seeds.length;
  const means = seeds.map((s) => average(s.value));
  const between = sd(means) ** 2 / n;
  const shared = new Float64Array(examples);
  let single = 0;
  seeds.forEach(({ id, value }, s) => {
    const scale = 1 / (n * value.length);
    for (let i = 0; i < value.length; i++) {
      const part = (value[i]! - means[s]!) * scale;
      shared[id[i]!]! += part;
      single += part * part;
    }
  });
  const together = shared.reduce((sum, v) => sum + v * v, 0);
  const common = (Math.max(0, together - single) * n) / (n - 1);
  const variance = between + common;
  const df =
    variance === 0 ? n - 1 : variance ** 2 / (between ** 2 / (n - 1) + common ** 2 / Math.max(1, examples - 1));
  return { variance, df };
};

/**
 * Interval of a mean difference for fresh seeds and fresh examples together. Examples keep their
 * identity over seeds (a hard example is hard for every seed). Student's t with the variance and
 * degrees of freedom of `moments`. `examples` is the number of different ids. Null below
 * `fewestSeeds` seeds.
 */
export const seedExampleInterval = (
  seeds: readonly SeedDifferences[],
  examples: number,
  level = 0.95,
): Interval | null => {
  if (seeds.length < fewestSeeds || examples === 0) return null;
  const estimate = mean(seeds.map((s) => average(s.value)));
  const { variance, df } = moments(seeds, examples);
  const half = studentQuantile((1 + level) / 2, df) * Math.sqrt(variance);
  return { low: estimate - half, high: estimate + half, level, kind: 'seeds and examples' };
};
