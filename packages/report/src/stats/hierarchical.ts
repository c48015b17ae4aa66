import { fold, type Key } from '@lab/random';
import { mean, sortedQuantile } from './describe.ts';
import { expandedTail, fewestForBootstrap, type Interval } from './interval.ts';
import { indices, weights } from './resample.ts';

/** Per-example differences of one seed's pair of runs: value[i] belongs to example id[i] (a number shared by all seeds). */
export interface SeedDifferences {
  readonly id: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/**
 * Interval of a mean difference by resampling seeds, then examples. Examples keep their identity over seeds (a hard example is hard
 * for every seed), so one resample weights an example equally in all of them. Percentile interval expanded for the few seeds.
 * `examples` is the number of different ids. Null below `fewestForBootstrap` seeds.
 */
export const hierarchicalInterval = (
  seeds: readonly SeedDifferences[],
  examples: number,
  key: Key,
  resamples = 2_000,
  level = 0.95,
): Interval | null => {
  const n = seeds.length;
  if (n < fewestForBootstrap || examples === 0) return null;
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
    draws[r] = mass === 0 ? mean(seeds.map(({ value }) => mean(Array.from(value)))) : total / mass;
  }
  draws.sort();
  const tail = expandedTail(n, n - 1, level);
  return {
    low: sortedQuantile(draws, tail),
    high: sortedQuantile(draws, 1 - tail),
    level,
    kind: 'hierarchical bootstrap',
  };
};
