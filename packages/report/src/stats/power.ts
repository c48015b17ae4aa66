import { fold, key, normal } from '@lab/random';
import { normalCdf, studentCdf, studentQuantile } from './distributions.ts';
import { signFlip } from './sign-flip.ts';

const studies = 2_000;
const root = fold(key(0), 'power');

/**
 * Power of the paired t test for an effect of `delta` standard deviations: the noncentral t law,
 * integrated over the spread.
 */
const studentPower = (delta: number, n: number, alpha: number): number => {
  const df = n - 1;
  const bar = studentQuantile(1 - alpha / 2, df);
  const shift = delta * Math.sqrt(n);
  // s^2 df is chi-squared with df degrees; its cube root is nearly normal (Wilson and Hilferty),
  // which is ample for a power.
  let sum = 0;
  const steps = 400;
  for (let i = 0; i < steps; i++) {
    const z = -4 + (8 * (i + 0.5)) / steps;
    const s = Math.sqrt(Math.max(1e-9, 1 - 2 / (9 * df) + z * Math.sqrt(2 / (9 * df))) ** 3);
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    sum += density * (8 / steps) * (1 - normalCdf(bar * s - shift) + normalCdf(-bar * s - shift));
  }
  return sum;
};

/**
 * Power of the exact sign-flip test of n normal differences with mean `delta` standard deviations:
 * simulated (2,000 studies from a fixed key) up to 10 pairs, where the test is coarse; the paired t
 * test's power above. Zero where the test cannot reject.
 */
export const signFlipPower = (delta: number, n: number, alpha = 0.05): number => {
  if (n < 2 || 2 / 2 ** n > alpha) return 0;
  if (n > 10) return studentPower(delta, n, alpha);
  const noise = normal(fold(root, n), studies * n);
  let rejected = 0;
  for (let s = 0; s < studies; s++) {
    const differences = Array.from(noise.subarray(s * n, (s + 1) * n), (z) => z + delta);
    if (signFlip(differences, alpha).p! <= alpha) rejected += 1;
  }
  return rejected / studies;
};

const factors = new Map<string, number | null>();

/**
 * Smallest effect, in standard deviations of the difference, that n pairs see with the wanted
 * power; null where none.
 */
export const detectableFactor = (n: number, power = 0.8, alpha = 0.05): number | null => {
  const name = `${n}|${power}|${alpha}`;
  const known = factors.get(name);
  if (known !== undefined) return known;
  let factor: number | null = null;
  if (n >= 2 && 2 / 2 ** n <= alpha) {
    let low = 0;
    let high = 8;
    for (let i = 0; i < 12; i++) {
      const middle = (low + high) / 2;
      if (signFlipPower(middle, n, alpha) < power) low = middle;
      else high = middle;
    }
    factor = high;
  }
  factors.set(name, factor);
  return factor;
};

/**
 * Minimal detectable effect at 80 % power of the sign-flip test, given the differences' standard
 * deviation.
 */
export const detectable = (sd: number | null, n: number): number | null => {
  const factor = detectableFactor(n);
  return sd === null || factor === null ? null : factor * sd;
};

/**
 * One-sided p of "the true mean is at least `bound`", by Student's t: small p means the mean lies
 * below (no gain beyond a margin).
 */
export const studentBelow = (mean: number, se: number, n: number, bound: number): number =>
  se === 0 ? Number(mean >= bound) : studentCdf((mean - bound) / se, n - 1);
