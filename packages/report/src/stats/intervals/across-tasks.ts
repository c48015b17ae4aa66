import { fold, type Key } from '@lab/random';
import { interquartileMean, sortedQuantile } from '../describe.ts';
import { expandedTail } from './interval.ts';
import { indices } from './resample.ts';

/** Scores of one arm: one list of runs for each task, in the same order of tasks for every arm. */
export type Matrix = readonly (readonly number[])[];

export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Interquartile mean over all runs of all tasks (Agarwal et al. 2021). Scores should be comparable
 * between tasks.
 */
export const iqm = (scores: Matrix): number => interquartileMean(scores.flat());

const above = (x: readonly number[], y: readonly number[]): number => {
  let wins = 0;
  for (const a of x) for (const b of y) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (x.length * y.length);
};

/**
 * Probability that a run of x beats a run of y on the same task, ties half, averaged over tasks
 * (Agarwal et al. 2021).
 */
export const probabilityOfImprovement = (x: Matrix, y: Matrix): number =>
  x.reduce((sum, runs, task) => sum + above(runs, y[task]!), 0) / x.length;

/**
 * Share of runs with a score above tau, averaged over tasks: one point of a performance profile
 * (Agarwal et al. 2021).
 */
export const profileAt = (scores: Matrix, tau: number): number =>
  scores.reduce((sum, runs) => sum + runs.filter((v) => v > tau).length / runs.length, 0) / scores.length;

/**
 * Expanded percentile interval, seeds resampled within each task; paired arms are resampled
 * together (equal seed positions). Below 6 seeds it is too narrow whatever the expansion.
 */
export const stratified = (
  arms: readonly Matrix[],
  statistic: (arms: readonly Matrix[]) => number,
  key: Key,
  resamples = 10_000,
): Estimate => {
  const tasks = arms[0]?.length ?? 0;
  const picks = Array.from({ length: tasks }, (_, t) => {
    const n = Math.min(...arms.map((a) => a[t]!.length));
    return { n, at: indices(fold(key, t), resamples * n, n) };
  });
  const draws = Float64Array.from({ length: resamples }, (_, r) =>
    statistic(
      arms.map((arm) =>
        arm.map((runs, t) => Array.from({ length: picks[t]!.n }, (_, i) => runs[picks[t]!.at[r * picks[t]!.n + i]!]!)),
      ),
    ),
  ).sort();
  const seeds = Math.min(...picks.map(({ n }) => n));
  const tail = seeds < 2 ? 0.025 : expandedTail(seeds, tasks * (seeds - 1), 0.95);
  return { value: statistic(arms), low: sortedQuantile(draws, tail), high: sortedQuantile(draws, 1 - tail) };
};
