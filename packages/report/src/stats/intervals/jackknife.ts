import { mean } from '../describe.ts';
import { studentQuantile } from '@lab/random';
import type { Interval } from './interval.ts';

/**
 * Interval of an estimate from n estimates that each leave one unit out: se² = (n - 1) / n Σ (θ₍ᵢ₎
 * - mean θ₍.₎)², Student's t with n - 1 degrees of freedom (Arvesen 1969, "Jackknifing
 * U-statistics", for means over all subsets of the units). For a plain mean it is Student's
 * interval. Null below two units.
 */
export const jackknifeInterval = (estimate: number, leftOut: readonly number[], level = 0.95): Interval | null => {
  const n = leftOut.length;
  if (n < 2) return null;
  const centre = mean(leftOut);
  const error = Math.sqrt(((n - 1) / n) * leftOut.reduce((sum, v) => sum + (v - centre) ** 2, 0));
  const half = studentQuantile((1 + level) / 2, n - 1) * error;
  return { low: estimate - half, high: estimate + half, level, kind: 'jackknife' };
};
