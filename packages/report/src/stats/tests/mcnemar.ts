import { incompleteBeta } from '@lab/random';
import { holm } from './holm.ts';

/** Discordant examples of two paired classifiers. */
export interface McNemar {
  /** Right only with the arm. */
  readonly gained: number;
  /** Right only with the baseline. */
  readonly lost: number;
  readonly p: number;
}

/**
 * McNemar's exact two-sided test: of the examples on which the two disagree, half should go either
 * way.
 */
export const mcnemar = (gained: number, lost: number): McNemar => {
  const n = gained + lost;
  const k = Math.min(gained, lost);
  // P(X <= k), X ~ Binomial(n, 1/2), is I_{1/2}(n - k, k + 1).
  return { gained, lost, p: n === 0 ? 1 : Math.min(1, 2 * incompleteBeta(n - k, k + 1, 0.5)) };
};

/**
 * One test for each seed, over the examples both runs share; p corrected by Holm over the seeds.
 */
export interface SeedwiseMcNemar {
  readonly seeds: number;
  readonly better: number;
  readonly worse: number;
}

/**
 * In how many seeds the arm is better (worse) example by example at level alpha, after Holm over
 * the seeds.
 */
export const seedwise = (tests: readonly McNemar[], alpha = 0.05): SeedwiseMcNemar => {
  const adjusted = holm(tests.map(({ p }) => p));
  const sure = tests.filter((_, i) => adjusted[i]! <= alpha);
  return {
    seeds: tests.length,
    better: sure.filter((t) => t.gained > t.lost).length,
    worse: sure.filter((t) => t.gained < t.lost).length,
  };
};
