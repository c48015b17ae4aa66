import { mean, sd } from '../describe.ts';
import { normalCdf, studentQuantile } from '@lab/random';

/** Two-sided interval. `kind` is printed beside it: no interval without its name. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
  readonly kind: 't' | 't, skewness-corrected' | 'seeds and examples' | 'jackknife';
}

/** Student's interval of a mean; null below two values. */
export const tInterval = (values: readonly number[], level = 0.95): Interval | null => {
  if (values.length < 2) return null;
  const half = (studentQuantile((1 + level) / 2, values.length - 1) * sd(values)) / Math.sqrt(values.length);
  const centre = mean(values);
  return { low: centre - half, high: centre + half, level, kind: 't' };
};

/**
 * Tail share of the expanded percentile interval (Hesterberg 2015, "What teachers should know about
 * the bootstrap", section 5): the plain percentile interval is too narrow by sqrt((n - 1) / n) and
 * by using z where t belongs; both are put back.
 */
export const expandedTail = (n: number, df: number, level: number): number =>
  normalCdf(-Math.sqrt(n / (n - 1)) * studentQuantile((1 + level) / 2, df));
