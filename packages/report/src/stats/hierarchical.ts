import { fold, type Key } from '@lab/random';
import { mean, sd, sortedQuantile } from './describe.ts';
import { normalQuantile, studentQuantile } from './distributions.ts';
import { fewestForBootstrap, type Interval } from './interval.ts';
import { indices, weights } from './resample.ts';

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
 * Interval of a mean difference by resampling seeds, then examples. Examples keep their identity
 * over seeds (a hard example is hard for every seed), so one resample weights an example equally in
 * all of them. The shape comes from the resamples, the width from `moments` and Student's t.
 * `examples` is the number of different ids. Null below `fewestForBootstrap` seeds.
 */
export const hierarchicalInterval = (
  seeds: readonly SeedDifferences[],
  examples: number,
  key: Key,
  resamples = 1_000,
  level = 0.95,
): Interval | null => {
  const n = seeds.length;
  if (n < fewestForBootstrap || examples === 0) return null;
  const estimate = mean(seeds.map((s) => average(s.value)));
  const seedPicks = indices(fold(key, 'seeds'), resamples * n, n);
  const seedWeight = new Float64Array(n);
  const exampleWeight = new Float64Array(examples);
  const draws = new Float64Array(resamples);
  const stream = fold(key, 'examples');
  for (let r = 0; r < resamples; r++) {
    weights(seedPicks, r * n, n, seedWeight);
    weights(indices(fold(stream, r), examples, examples), 0, examples, exampleWeight);
    let total = 0;
    let mass = 0;
    for (let s = 0; s < n; s++) {
      if (seedWeight[s] === 0) continue;
      const { id, value } = seeds[s]!;
      let sum = 0;
      let weight = 0;
      for (let i = 0; i < id.length; i++) {
        const w = exampleWeight[id[i]!]!;
        sum += w * value[i]!;
        weight += w;
      }
      if (weight === 0) continue;
      total += (seedWeight[s]! * sum) / weight;
      mass += seedWeight[s]!;
    }
    draws[r] = mass === 0 ? estimate : total / mass;
  }
  draws.sort();
  const { variance, df } = moments(seeds, examples);
  const spread = sd(Array.from(draws));
  const tail = (1 - level) / 2;
  const stretch =
    spread === 0 ? 1 : ((Math.sqrt(variance) / spread) * studentQuantile(1 - tail, df)) / normalQuantile(1 - tail);
  const end = (q: number): number => estimate + (sortedQuantile(draws, q) - estimate) * stretch;
  return { low: end(tail), high: end(1 - tail), level, kind: 'hierarchical bootstrap' };
};
