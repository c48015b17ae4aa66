import type { Bet, ReliabilityBin } from './calibration.ts';

/**
 * E|K / n - x| of a binomial count K of n with probability p: the law is summed outwards from its
 * largest mass.
 */
const meanGap = (n: number, p: number, x: number): number => {
  if (p === 0 || p === 1) return Math.abs(p - x);
  const mode = Math.min(n, Math.floor((n + 1) * p));
  let [mass, sum] = [1, Math.abs(mode / n - x)];
  for (let k = mode, w = 1; k < n && w > 1e-18; k++) {
    w *= ((n - k) * p) / ((k + 1) * (1 - p));
    mass += w;
    sum += w * Math.abs((k + 1) / n - x);
  }
  for (let k = mode, w = 1; k > 0 && w > 1e-18; k--) {
    w *= (k * (1 - p)) / ((n - k + 1) * p);
    mass += w;
    sum += w * Math.abs((k - 1) / n - x);
  }
  return sum / mass;
};

/**
 * ECE without its sampling bias: from each bin's |accuracy - confidence| the amount is taken that
 * binomial noise of its accuracy adds on average (Kumar et al. 2019, "Verified uncertainty
 * calibration", section 5; there by normal draws, here summed exactly). Fraction; may fall a little
 * below 0 for a well calibrated model. Null without examples.
 */
export const debiasedError = (bins: readonly ReliabilityBin[]): number | null => {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  return bins.reduce((sum, { count, accuracy, confidence }) => {
    if (accuracy === null || confidence === null) return sum;
    const gap = accuracy - confidence;
    const bias = meanGap(count, accuracy, confidence) - Math.abs(gap);
    return sum + (count / total) * (Math.abs(gap) - bias);
  }, 0);
};

/** Above this many examples in a bin the sum of its outcomes is taken as normal. */
const exactUpTo = 200;

/**
 * E|sum(outcome) - sum(p)| of independent outcomes with probabilities p: exact (Poisson-binomial)
 * for few, normal for many.
 */
const meanDeviation = (p: readonly number[]): number => {
  const variance = p.reduce((sum, v) => sum + v * (1 - v), 0);
  if (p.length > exactUpTo) return Math.sqrt((2 * variance) / Math.PI);
  const centre = p.reduce((sum, v) => sum + v, 0);
  const law = new Float64Array(p.length + 1);
  law[0] = 1;
  p.forEach((v, i) => {
    for (let k = i + 1; k > 0; k--) law[k] = law[k]! * (1 - v) + law[k - 1]! * v;
    law[0]! *= 1 - v;
  });
  return law.reduce((sum, mass, k) => sum + mass * Math.abs(k - centre), 0);
};

/**
 * The ECE that a perfectly calibrated model of the same confidences would read on as many examples,
 * on average: outcomes drawn with the stated probabilities, in equal-width bins as `equalWidth`
 * cuts them. The floor below which an ECE says nothing. Fraction; null without examples.
 */
export const calibrationFloor = (bets: readonly Bet[], bins: number): number | null => {
  if (bets.length === 0) return null;
  const inBin = (b: number): number[] =>
    bets.map(({ confidence }) => confidence).filter((c) => c <= (b + 1) / bins && (c > b / bins || b === 0));
  return Array.from({ length: bins }, (_, b) => meanDeviation(inBin(b))).reduce((sum, v) => sum + v, 0) / bets.length;
};
