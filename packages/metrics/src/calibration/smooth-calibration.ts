import type { Bet } from './calibration.ts';

/** Points of the integral over [0, 1]. */
const points = 400;

/** The narrowest width that is tried; errors below it are read with it. */
const narrowest = 0.002;

/** cos(0), cos(x), cos(2 x), ..., `count` values, by the recurrence of Chebyshev. */
const cosines = (x: number, count: number): Float64Array => {
  const c = Math.cos(x);
  const out = new Float64Array(count);
  for (let k = 0; k < count; k++) out[k] = k === 0 ? 1 : k === 1 ? c : 2 * c * out[k - 1]! - out[k - 2]!;
  return out;
};

/**
 * Smooth ECE (Blasiok and Nakkiran 2023): residuals (outcome minus confidence) are smoothed over
 * the confidence by a Gaussian that is reflected at 0 and 1, their absolute value is integrated,
 * and the width is the one that equals the error it gives. No bins, and continuous in the
 * confidences. A reflected Gaussian multiplies the k-th cosine coefficient by exp(-(pi k sigma)^2 /
 * 2), so the residuals are kept as cosine coefficients. Fraction, right to about .001; null without
 * examples.
 */
export const smoothCalibrationError = (bets: readonly Bet[]): number | null => {
  if (bets.length === 0) return null;
  const waves = Math.ceil(6 / (Math.PI * narrowest));
  const coefficients = new Float64Array(waves);
  for (const { confidence, right } of bets) {
    const residual = (Number(right) - confidence) / bets.length;
    cosines(Math.PI * confidence, waves).forEach((c, k) => (coefficients[k]! += (k === 0 ? 1 : 2) * residual * c));
  }
  const grid = Array.from({ length: points }, (_, i) => cosines((Math.PI * (i + 0.5)) / points, waves));
  const smoothed = (sigma: number): number => {
    const used = Math.min(waves, Math.ceil(6 / (Math.PI * sigma)));
    const damped = coefficients.slice(0, used).map((a, k) => a * Math.exp(-((Math.PI * k * sigma) ** 2) / 2));
    return grid.reduce((sum, wave) => sum + Math.abs(damped.reduce((r, a, k) => r + a * wave[k]!, 0)), 0) / points;
  };
  let [low, high] = [narrowest, 1];
  if (smoothed(low) <= low) return smoothed(low);
  for (let i = 0; i < 14; i++) {
    const middle = (low + high) / 2;
    if (smoothed(middle) > middle) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};
