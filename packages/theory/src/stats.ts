import { average } from '@lab/metrics';
import { itemAt } from '@lab/records';
/** Sum. */
export const sum = (xs: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < xs.length; i++) total += itemAt(xs, i);
  return total;
};

/** Unbiased variance. */
export const variance = (xs: ArrayLike<number>): number => {
  const m = average(xs);
  let total = 0;
  for (let i = 0; i < xs.length; i++) total += (itemAt(xs, i) - m) ** 2;
  return total / (xs.length - 1);
};

/** Standard error of the mean of independent values. */
export const standardError = (xs: ArrayLike<number>): number => Math.sqrt(variance(xs) / xs.length);

/** A mean with its standard error, from n independent values. */
export interface MeanEstimate {
  readonly mean: number;
  readonly se: number;
  readonly n: number;
}

export const estimate = (xs: ArrayLike<number>): MeanEstimate => ({
  mean: average(xs),
  se: standardError(xs),
  n: xs.length,
});

/** Least-squares line y = intercept + slope x. */
export const fitLine = (
  xs: readonly number[],
  ys: readonly number[],
): { readonly slope: number; readonly intercept: number } => {
  const [mx, my] = [average(xs), average(ys)];
  const slope = sum(xs.map((x, i) => (x - mx) * (itemAt(ys, i) - my))) / sum(xs.map((x) => (x - mx) ** 2));
  return { slope, intercept: my - slope * mx };
};

/** Leave-one-out jackknife: the statistic of all items and its standard error. */
export const jackknife = <T>(items: readonly T[], statistic: (items: readonly T[]) => number): MeanEstimate => {
  const without = items.map((_, i) => statistic(items.filter((_, j) => j !== i)));
  const m = average(without);
  const n = items.length;
  return { mean: statistic(items), se: Math.sqrt(((n - 1) / n) * sum(without.map((x) => (x - m) ** 2))), n };
};
