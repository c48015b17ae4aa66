/**
 * ln Gamma(x) for x > 0: Stirling's series after shifting x above 8 (relative error below 1e-13).
 */
export const logGamma = (x: number): number => {
  let shift = 0;
  let z = x;
  while (z < 8) {
    shift += Math.log(z);
    z += 1;
  }
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
};

/**
 * Continued fraction of the incomplete beta function (modified Lentz), for x below (a + 1) / (a + b
 * + 2).
 */
const betaFraction = (a: number, b: number, x: number): number => {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / Math.max(Math.abs(1 - ((a + b) * x) / (a + 1)), tiny);
  let h = d;
  for (let m = 1; m <= 500; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 + term * d;
      c = 1 + term / c;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      c = Math.abs(c) < tiny ? tiny : c;
      h *= d * c;
    }
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return h;
};

/** Regularised incomplete beta function I_x(a, b), x in [0, 1]. */
export const incompleteBeta = (a: number, b: number, x: number): number => {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(a, b, x)) / a : 1 - (front * betaFraction(b, a, 1 - x)) / b;
};

/** P(T <= t) of Student's t with `df` degrees of freedom (df > 0, not necessarily whole). */
export const studentCdf = (t: number, df: number): number => {
  const tail = incompleteBeta(df / 2, 0.5, df / (df + t * t)) / 2;
  return t > 0 ? 1 - tail : tail;
};

/** P(Z <= z) of the standard normal law: a series near zero, a continued fraction in the tails. */
export const normalCdf = (z: number): number => {
  const x = Math.abs(z);
  const density = Math.exp(-x * x * 0.5) / Math.sqrt(2 * Math.PI);
  let upper: number;
  if (x < 5) {
    let term = x;
    let sum = x;
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    upper = 0.5 - density * sum;
  } else {
    let f = 0;
    for (let k = 60; k > 0; k--) f = k / (x + f);
    upper = density / (x + f);
  }
  return z > 0 ? 1 - upper : upper;
};

/** Inverse of a rising distribution function by bisection, to machine precision. p in (0, 1). */
export const invertCdf = (cdf: (x: number) => number, p: number): number => {
  let low = -1;
  let high = 1;
  while (cdf(low) > p) low *= 2;
  while (cdf(high) < p) high *= 2;
  for (let i = 0; i < 100 && high - low > 1e-14 * Math.max(1, Math.abs(low)); i++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

const quantiles = new Map<string, number>();

/** The value that Student's t with `df` degrees of freedom stays below with probability p. */
export const studentQuantile = (p: number, df: number): number => {
  const name = `${p}|${df}`;
  const known = quantiles.get(name);
  if (known !== undefined) return known;
  const value = invertCdf((x) => studentCdf(x, df), p);
  if (quantiles.size < 10_000) quantiles.set(name, value);
  return value;
};

/** The value that a standard normal number stays below with probability p. */
export const normalQuantile = (p: number): number => invertCdf(normalCdf, p);
