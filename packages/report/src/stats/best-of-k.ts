/** One finished trial of a search: what selection saw, and what is reported. */
export interface TrialScore {
  /** Higher is better; selection goes by it. */
  readonly validation: number;
  /** The score reported for this trial. */
  readonly test: number;
}

/**
 * Expected reported score when the best of k trials by validation is reported, for k = 1 ... n, the
 * k drawn without replacement from the n trials. Unbiased: the trial of rank i (from the worst)
 * wins in C(i - 1, k - 1) of C(n, k) draws. (Dodge et al. 2019, "Show your work", draw with
 * replacement, which is biased; the form without it is Tang et al. 2020, "Showing your work doesn't
 * always work".) Equal validation scores share their test score.
 */
export const bestOfK = (trials: readonly TrialScore[]): readonly number[] => {
  const sorted = [...trials].sort((a, b) => a.validation - b.validation);
  const tests = sorted.map(({ validation }) => {
    const equal = sorted.filter((other) => other.validation === validation);
    return equal.reduce((sum, { test }) => sum + test, 0) / equal.length;
  });
  const n = tests.length;
  return Array.from({ length: n }, (_, index) => {
    const k = index + 1;
    // C(i - 1, k - 1) / C(n, k), from the top rank i = n down: k / n at first, then times (i - k) /
    // (i - 1).
    let weight = k / n;
    let sum = 0;
    for (let i = n; i >= k; i--) {
      sum += weight * (tests[i - 1] ?? 0);
      weight *= i === 1 ? 0 : (i - k) / (i - 1);
    }
    return sum;
  });
};
