import { fewestSeeds, meanInterval, pAbove, pBelow } from '../intervals/mean-interval.ts';
import { guardedMde } from '../power/guarded-power.ts';
import { type Interval, tInterval } from '../intervals/interval.ts';
import { sd } from '../describe.ts';

/** The one paired test over seeds of every table, figure and verdict. */
export interface PairedTest {
  /** Two-sided: twice the smaller one-sided p, at most 1; null below `fewestSeeds` pairs. */
  readonly p: number | null;
  readonly n: number;
}

/**
 * Student's t with a guard against skewness (see `meanInterval`); p < .05 where its 95 % interval
 * leaves zero out.
 */
export const pairedTest = (differences: readonly number[]): PairedTest => {
  const n = differences.length;
  return { n, p: n < fewestSeeds ? null : Math.min(1, 2 * Math.min(pAbove(differences), pBelow(differences))) };
};

/**
 * The interval of a mean over seeds that every table prints: that of `pairedTest`; below
 * `fewestSeeds` values Student's, which is for orientation; null below two. With several tasks a
 * value is a seed's mean over tasks, so that tasks need not be independent.
 */
export const seedInterval = (values: readonly number[], level = 0.95): Interval | null => {
  const corrected = meanInterval(values, level);
  return corrected ? { ...corrected, kind: 't, skewness-corrected' } : tInterval(values, level);
};

/**
 * Smallest true difference that this test finds with 80 % power with so many seeds, at the spread
 * of these differences and the two-sided level .05. Null where none is tested.
 */
export const detectable = (differences: readonly number[]): number | null => {
  const factor = guardedMde(differences.length);
  return factor === null ? null : factor * sd(differences);
};
