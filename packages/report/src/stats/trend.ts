import { mean } from './describe.ts';
import { signFlip, type SignFlip } from './sign-flip.ts';

/**
 * A sweep as a matrix: one row for each seed, one column for each setting in rising order; no gaps.
 */
export type Sweep = readonly (readonly number[])[];

/** A one-number-per-seed contrast with its test. */
export interface Trend {
  readonly effect: number;
  readonly values: readonly number[];
  readonly test: SignFlip;
}

const trend = (values: readonly number[], alpha: number): Trend => ({
  effect: values.length === 0 ? Number.NaN : mean(values),
  values,
  test: signFlip(values, alpha),
});

/**
 * Does the score rise along the settings? Each seed gives its least-squares slope on the rank of
 * the setting; slopes are tested by sign flips. A trend, not strict monotony, is what such a sweep
 * can show. Unit: score for one step of the grid.
 */
export const rising = (sweep: Sweep, alpha = 0.05): Trend => {
  const k = sweep[0]?.length ?? 0;
  const centre = (k - 1) / 2;
  const scale = Array.from({ length: k }, (_, j) => (j - centre) ** 2).reduce((a, b) => a + b, 0);
  return trend(
    sweep.map((row) => row.reduce((sum, v, j) => sum + ((j - centre) / scale) * v, 0)),
    alpha,
  );
};

/** An inverted U: the peak of other seeds, held against both ends. */
export interface Hump {
  readonly rise: Trend;
  readonly fall: Trend;
  /** Setting (column) with the highest mean over all seeds, for the text. */
  readonly peak: number;
  /** Both sides must show: the larger of the two p. */
  readonly p: number | null;
}

const highest = (rows: Sweep): number => {
  const k = rows[0]?.length ?? 0;
  const means = Array.from({ length: k }, (_, j) => mean(rows.map((row) => row[j]!)));
  // Ends are no peak: only inner settings may be.
  return means.reduce((best, m, j) => (j > 0 && j < k - 1 && (best < 1 || m > means[best]!) ? j : best), 0);
};

/**
 * Rise and fall along the settings. The peak is chosen from the other seeds (leave one out), so
 * picking the largest of many noisy means does not count as evidence; each seed then gives peak
 * minus first and peak minus last. Needs three settings.
 */
export const hump = (sweep: Sweep, alpha = 0.05): Hump | null => {
  const k = sweep[0]?.length ?? 0;
  if (k < 3 || sweep.length < 2) return null;
  const peaks = sweep.map((row, i) => ({ row, at: highest(sweep.filter((_, j) => j !== i)) }));
  const rise = trend(
    peaks.map(({ row, at }) => row[at]! - row[0]!),
    alpha,
  );
  const fall = trend(
    peaks.map(({ row, at }) => row[at]! - row[k - 1]!),
    alpha,
  );
  const p = rise.test.p === null || fall.test.p === null ? null : Math.max(rise.test.p, fall.test.p);
  return { rise, fall, peak: highest(sweep), p };
};
