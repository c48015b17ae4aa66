import { studentCdf, studentQuantile } from '@lab/random';
import { mean, sd } from '../describe.ts';

/** What a fixed test set adds to a comparison that resamples seeds alone. */
export interface ExampleShare {
  /**
   * Share of the variance of one example's difference, seed means taken out, that the example keeps
   * over all seeds; 0 to 1.
   */
  readonly share: number;
  /**
   * How often a test over seeds at level .05 would then be wrong about the population of examples:
   * 5 % where examples share nothing, more where the test set itself leans one way.
   */
  readonly falseRate: number;
}

/**
 * Two-way layout of differences[seed][example], examples the same for all seeds: mean squares of
 * examples and of the rest give the variance components (unbiased, cut at 0). With s^2 the variance
 * of seed means and b the examples' component, a mean over n seeds and m examples has variance s^2
 * / n + b / m, of which a t test over seeds sees the first part. Null below two seeds or two
 * examples. Throws RangeError for rows of unequal length.
 */
export const exampleShare = (differences: readonly ArrayLike<number>[]): ExampleShare | null => {
  const n = differences.length;
  const m = differences[0]?.length ?? 0;
  if (n < 2 || m < 2) return null;
  if (differences.some((row) => row.length !== m)) throw new RangeError('every seed needs the same examples');
  const rows = differences.map((row) => Array.from(row));
  const seedMeans = rows.map(mean);
  const all = mean(seedMeans);
  const exampleMeans = new Float64Array(m);
  rows.forEach((row) => row.forEach((v, i) => (exampleMeans[i]! += v / n)));
  const meanSquare = (n / (m - 1)) * exampleMeans.reduce((sum, v) => sum + (v - all) ** 2, 0);
  let rest = 0;
  rows.forEach((row, s) =>
    row.forEach((v, i) => {
      rest += (v - seedMeans[s]! - exampleMeans[i]! + all) ** 2;
    }),
  );
  rest /= (n - 1) * (m - 1);
  const examples = Math.max(0, (meanSquare - rest) / n);
  const seen = sd(seedMeans) ** 2 / n;
  const total = examples + rest;
  if (total === 0 || seen === 0)
    return { share: total === 0 ? 0 : examples / total, falseRate: examples > 0 ? 1 : 0.05 };
  const bound = studentQuantile(0.975, n - 1) / Math.sqrt(1 + examples / m / seen);
  return { share: examples / total, falseRate: 2 * (1 - studentCdf(bound, n - 1)) };
};
