import { incompleteBeta, logGamma, normalCdf } from '@lab/random';

/**
 * P(T <= t) of the noncentral t law: T = (Z + delta) / sqrt(V / df), Z standard normal, V
 * chi-squared with df degrees of freedom. Poisson mixture of incomplete beta functions (Lenth 1989,
 * algorithm AS 243), summed outwards from the largest weight. df > 0; absolute error below 1e-10
 * for |delta| up to 37, beyond which the weights underflow (RangeError).
 */
export const noncentralTCdf = (t: number, df: number, delta: number): number => {
  if (Math.abs(delta) > 37) throw new RangeError(`noncentral t: |delta| must be at most 37; got ${delta}`);
  if (t < 0) return 1 - noncentralTCdf(-t, df, -delta);
  const x = (t * t) / (t * t + df);
  const rate = (delta * delta) / 2;
  // The terms j = 0, 1, ... weigh e^-rate rate^j / Gamma(j + 1) and, for the odd part, delta
  // e^-rate rate^j / Gamma(j + 3/2).
  const term = (j: number): number => {
    const log = -rate + (j === 0 ? 0 : j * Math.log(rate));
    const even = Math.exp(log - logGamma(j + 1)) * incompleteBeta(j + 0.5, df / 2, x);
    const odd = (delta / Math.SQRT2) * Math.exp(log - logGamma(j + 1.5)) * incompleteBeta(j + 1, df / 2, x);
    return even + odd;
  };
  let sum = 0;
  if (delta !== 0 && t > 0) {
    const middle = Math.floor(rate);
    const enough = 20 + 12 * Math.sqrt(rate + 1);
    for (let j = Math.max(0, Math.ceil(middle - enough)); j <= middle + enough; j++) sum += term(j);
  } else if (t > 0) {
    sum = incompleteBeta(0.5, df / 2, x);
  }
  return Math.min(1, Math.max(0, normalCdf(-delta) + sum / 2));
};
