import { logGamma, normalCdf, studentQuantile } from '@lab/random';
import { noncentralTCdf } from './noncentral-t.ts';

/** One planned comparison of n pairs. `alpha` is two-sided: each direction gets half of it. */
export interface PairedDesign {
  /** True mean difference, in standard deviations of one difference. */
  readonly effect: number;
  /** Pairs (seeds), at least 2. */
  readonly n: number;
  /** Default .05. */
  readonly alpha?: number;
}

/**
 * Power of the paired t test to find the mean difference above zero: P(T > t_{1 - alpha/2}) of the
 * noncentral t law with n - 1 degrees of freedom and noncentrality effect * sqrt(n). Exact for
 * normal differences; 0 below two pairs.
 */
export const pairedPower = ({ effect, n, alpha = 0.05 }: PairedDesign): number => {
  if (n < 2) return 0;
  const shift = effect * Math.sqrt(n);
  if (shift > 37) return 1;
  if (shift < -37) return 0;
  return 1 - noncentralTCdf(studentQuantile(1 - alpha / 2, n - 1), n - 1, shift);
};

/**
 * Smallest x in [low, high] with rises(x) at least `wanted`, by bisection; null where even `high`
 * is below it.
 */
const smallest = (rises: (x: number) => number, wanted: number, [low, high]: readonly [number, number]) => {
  if (!(rises(high) >= wanted)) return null;
  let [a, b] = [low, high];
  for (let i = 0; i < 60 && b - a > 1e-10 * b; i++) {
    const middle = (a + b) / 2;
    if (rises(middle) >= wanted) b = middle;
    else a = middle;
  }
  return b;
};

/**
 * Smallest effect, in standard deviations of the difference, that n pairs find with the wanted
 * power; null below two pairs.
 */
export const pairedMde = (n: number, power = 0.8, alpha = 0.05): number | null =>
  n < 2 ? null : smallest((effect) => pairedPower({ effect, n, alpha }), power, [0, 36 / Math.sqrt(n)]);

/**
 * Fewest pairs from `fewest` on whose power `of(n)` reaches the wanted one; null where `most` pairs
 * do not. `of` must rise.
 */
export const fewestPairs = (of: (n: number) => number, wanted = 0.8, fewest = 2, most = 10_000): number | null => {
  if (of(most) < wanted) return null;
  let [low, high] = [fewest - 1, fewest];
  while (high < most && of(high) < wanted) [low, high] = [high, Math.min(most, high * 2)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (of(middle) >= wanted) high = middle;
    else low = middle;
  }
  return high;
};

/**
 * Power of two one-sided t tests (TOST) to place the mean difference within ±margin, both in
 * standard deviations of one difference. Each side has level alpha / 2, so that the verdict is that
 * of the two-sided 1 - alpha interval. Given the standard deviation s of the sample the mean must
 * fall within margin - t s / sqrt(n); integrated over the law of s (Phillips 1990). Exact for
 * normal differences, absolute error below 1e-8.
 */
export const equivalencePower = ({ effect, margin, n, alpha = 0.05 }: PairedDesign & { readonly margin: number }) => {
  if (n < 2 || !(margin > 0)) return 0;
  const df = n - 1;
  const critical = studentQuantile(1 - alpha / 2, df);
  const root = Math.sqrt(n);
  // s sqrt(df) has the chi law with df degrees of freedom; beyond `most` no mean can lie within the
  // margin.
  const most = Math.min((margin * root) / critical, 1 + 12 / Math.sqrt(2 * df));
  const logNorm = Math.log(2) + (df / 2) * Math.log(df / 2) - logGamma(df / 2);
  const at = (s: number): number => {
    if (s === 0) return 0;
    const density = Math.exp(logNorm + (df - 1) * Math.log(s) - (df * s * s) / 2);
    const upper = (margin - effect) * root - critical * s;
    const lower = (-margin - effect) * root + critical * s;
    return density * (normalCdf(upper) - normalCdf(lower));
  };
  // Simpson's rule.
  const steps = 2_000;
  const width = most / steps;
  let sum = at(0) + at(most);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * at(i * width);
  return Math.max(0, Math.min(1, (sum * width) / 3));
};
