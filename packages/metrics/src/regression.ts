import { average } from './average.ts';
import { itemAt } from '@lab/records';
type Values = readonly number[];

/**
 * Pearson correlation in [-1, 1]; null for fewer than two examples or when either side is constant.
 */
export const pearson = (x: Values, y: Values): number | null => {
  if (x.length < 2 || x.every((value) => value === x[0]) || y.every((value) => value === y[0])) return null;
  const [mx, my] = [average(x), average(y)];
  let [xx, yy, xy] = [0, 0, 0];
  x.forEach((value, i) => {
    const [dx, dy] = [value - mx, itemAt(y, i) - my];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  });
  const spread = Math.sqrt(xx) * Math.sqrt(yy);
  return spread > 0 ? Math.max(-1, Math.min(1, xy / spread)) : null;
};

/** Ranks from 1; equal values share the mean of their ranks. */
export const ranks = (x: Values): number[] => {
  const sorted = x.map((value, place) => ({ value, place })).sort((a, b) => a.value - b.value);
  const out = new Array<number>(x.length);
  for (let start = 0; start < sorted.length;) {
    const { value } = itemAt(sorted, start);
    let end = start;
    while (sorted[end + 1]?.value === value) end++;
    for (const { place } of sorted.slice(start, end + 1)) out[place] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return out;
};

/** Spearman correlation: Pearson of the ranks, ties by mean rank; null where Pearson is. */
export const spearman = (x: Values, y: Values): number | null => pearson(ranks(x), ranks(y));

/** Mean squared error in squared units of the target. */
export const mse = (x: Values, y: Values): number => average(x.map((value, i) => (value - itemAt(y, i)) ** 2));
