type Values = readonly number[];

const mean = (x: Values): number => x.reduce((sum, value) => sum + value, 0) / x.length;

/**
 * Pearson correlation in [-1, 1]; null for fewer than two examples or when either side is constant.
 */
export const pearson = (x: Values, y: Values): number | null => {
  if (x.length < 2 || x.every((value) => value === x[0]) || y.every((value) => value === y[0])) return null;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  x.forEach((value, i) => {
    const [dx, dy] = [value - mx, y[i]! - my];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  });
  const spread = Math.sqrt(xx) * Math.sqrt(yy);
  return spread > 0 ? Math.max(-1, Math.min(1, xy / spread)) : null;
};

/** Ranks from 1; equal values share the mean of their ranks. */
export const ranks = (x: Values): number[] => {
  const order = x.map((_, i) => i).sort((a, b) => x[a]! - x[b]!);
  const out = new Array<number>(x.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end + 1 < order.length && x[order[end + 1]!] === x[order[start]!]) end++;
    for (let i = start; i <= end; i++) out[order[i]!] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return out;
};

/** Spearman correlation: Pearson of the ranks, ties by mean rank; null where Pearson is. */
export const spearman = (x: Values, y: Values): number | null => pearson(ranks(x), ranks(y));

/** Mean squared error in squared units of the target. */
export const mse = (x: Values, y: Values): number => mean(x.map((value, i) => (value - y[i]!) ** 2));
