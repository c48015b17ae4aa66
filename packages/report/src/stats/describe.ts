/**
 * What a table says of one cell: counts, centre, spread. Spreads are null where n is too small to
 * have one.
 */
export interface Summary {
  readonly n: number;
  readonly mean: number;
  readonly median: number;
  /** Standard deviation with n - 1. */
  readonly sd: number | null;
  /** Standard error of the mean, sd / sqrt(n). */
  readonly se: number | null;
  readonly min: number;
  readonly max: number;
}

export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Standard deviation over seeds, divisor n - 1; NaN below two values. */
export const sd = (values: readonly number[]): number => {
  const m = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / (values.length - 1));
};

/** The q-quantile of values sorted upwards, with linear interpolation between order statistics. */
export const sortedQuantile = (sorted: ArrayLike<number>, q: number): number => {
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
};

export const median = (values: readonly number[]): number =>
  sortedQuantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

/**
 * Mean of the middle half: a quarter of the values (rounded down) is cut from each end. Agarwal et
 * al. 2021, "Deep RL at the edge of the statistical precipice", section 4.3.
 */
export const interquartileMean = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
};

/** Summary of a non-empty list, else null. */
export const describe = (values: readonly number[]): Summary | null => {
  if (values.length === 0) return null;
  const deviation = values.length > 1 ? sd(values) : null;
  return {
    n: values.length,
    mean: mean(values),
    median: median(values),
    sd: deviation,
    se: deviation === null ? null : deviation / Math.sqrt(values.length),
    min: Math.min(...values),
    max: Math.max(...values),
  };
};

/**
 * Hodges and Lehmann's shift: the median of all pairwise averages of the differences (each with
 * itself too). NaN when empty.
 */
export const hodgesLehmann = (differences: readonly number[]): number =>
  differences.length === 0
    ? Number.NaN
    : median(differences.flatMap((a, i) => differences.slice(i).map((b) => (a + b) / 2)));
