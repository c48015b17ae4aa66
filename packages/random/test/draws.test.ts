import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bernoulli, bits, fold, integer, key, normal, permutation, uniform } from '../src/index.ts';

const root = key(2026);
const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
const moment = (x: ArrayLike<number>, k: number): number => mean(Array.from(x, (v) => v ** k));

/**
 * Largest distance of the empirical law from `cdf`, times sqrt(n): above 1.95 with probability .001
 * (Kolmogorov).
 */
const kolmogorov = (x: ArrayLike<number>, cdf: (v: number) => number): number => {
  const sorted = Array.from(x).sort((a, b) => a - b);
  const n = sorted.length;
  const gaps = sorted.map((v, i) => Math.max(Math.abs(cdf(v) - i / n), Math.abs(cdf(v) - (i + 1) / n)));
  return Math.max(...gaps) * Math.sqrt(n);
};

/**
 * Pearson's statistic of counts against equal expectations, as a number of standard deviations of
 * its own law.
 */
const chiSquareZ = (counts: readonly number[]): number => {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (statistic - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
};

/** Normal distribution function by Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
const normalCdf = (z: number): number => {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp(-x * x);
  return z < 0 ? tail / 2 : 1 - tail / 2;
};

const N = 20_000;

describe('bits', () => {
  it('are a stream: a shorter draw is the beginning of a longer one, odd lengths included', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (a, b) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)];
        expect(bits(root, long).slice(0, short)).toEqual(bits(root, short));
      }),
    );
  });

  it('set every bit half of the time', () => {
    const words = bits(root, N);
    for (let bit = 0; bit < 32; bit++) {
      const share = mean(words.map((word) => (word >>> bit) & 1));
      expect(Math.abs(share - 0.5)).toBeLessThan(4.5 * Math.sqrt(0.25 / N));
    }
  });
});

describe('uniform', () => {
  const x = uniform(root, N);

  it('lies in [0, 1) on multiples of 2^-24', () => {
    expect(x.every((v) => v >= 0 && v < 1 && Number.isInteger(v * 2 ** 24))).toBe(true);
  });

  it('follows the uniform law', () => {
    expect(kolmogorov(x, (v) => v)).toBeLessThan(1.95);
    expect(Math.abs(mean(x) - 1 / 2)).toBeLessThan(4.5 * Math.sqrt(1 / 12 / N));
    // Var(u^2) = 1/5 - 1/9
    expect(Math.abs(moment(x, 2) - 1 / 3)).toBeLessThan(4.5 * Math.sqrt(4 / 45 / N));
  });

  it('has independent neighbours and independent streams', () => {
    const other = uniform(fold(root, 'other'), N);
    const correlation = (lag: number, y: Float32Array) =>
      (12 * Array.from({ length: N - lag }).reduce<number>((s, _, i) => s + (x[i]! - 0.5) * (y[i + lag]! - 0.5), 0)) /
      N;
    for (const lag of [1, 2, 3, 7]) expect(Math.abs(correlation(lag, x))).toBeLessThan(4.5 / Math.sqrt(N));
    expect(Math.abs(correlation(0, other))).toBeLessThan(4.5 / Math.sqrt(N));
  });
});

describe('normal', () => {
  it('follows the standard normal law', () => {
    const z = normal(root, N);
    expect(kolmogorov(z, normalCdf)).toBeLessThan(1.95);
    // Variances of z, z^2, z^3, z^4 are 1, 2, 15, 96.
    const laws = [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ] as const;
    for (const [k, expected, variance] of laws)
      expect(Math.abs(moment(z, k) - expected)).toBeLessThan(4.5 * Math.sqrt(variance / N));
  });

  it('gives any length, also an odd one, as the beginning of a longer draw', () => {
    for (const n of [0, 1, 2, 7]) expect(normal(root, n)).toEqual(normal(root, 64).slice(0, n));
  });

  it('has independent partners: the cosine and the sine of one angle do not correlate', () => {
    const z = normal(root, 2 * N);
    const product = Array.from({ length: N }, (_, i) => z[2 * i]! * z[2 * i + 1]!);
    expect(Math.abs(mean(product))).toBeLessThan(4.5 / Math.sqrt(N));
  });
});

describe('bernoulli', () => {
  it.each([0.001, 0.1, 0.5, 0.9])('is 1 with probability %d', (p) => {
    const x = bernoulli(fold(root, 'coin'), N, p);
    expect(x.every((v) => v === 0 || v === 1)).toBe(true);
    expect(Math.abs(mean(x) - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / N));
  });

  it('is exact at 0 and at 1', () => {
    expect(bernoulli(root, N, 0).every((v) => v === 0)).toBe(true);
    expect(bernoulli(root, N, 1).every((v) => v === 1)).toBe(true);
  });

  it('is nested: what is drawn at a low rate is drawn at a higher one', () => {
    const [low, high] = [bernoulli(root, N, 0.2), bernoulli(root, N, 0.6)];
    expect(low.every((v, i) => v <= high[i]!)).toBe(true);
  });

  it('gives any length as the beginning of a longer draw', () => {
    for (const n of [0, 1, 3, 4, 7]) expect(bernoulli(root, n, 0.4)).toEqual(bernoulli(root, 64, 0.4).slice(0, n));
  });

  it('resolves a rate far below one byte', () => {
    // A byte alone would give 0 or 1/256 here.
    const p = 0.0005;
    const n = 400_000;
    const hits = bernoulli(fold(root, 'rare'), n, p).reduce((a, b) => a + b, 0);
    expect(Math.abs(hits - n * p)).toBeLessThan(4.5 * Math.sqrt(n * p * (1 - p)));
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses %d', (p) => {
    expect(() => bernoulli(root, 1, p)).toThrow('a probability lies in [0, 1]');
  });
});

describe('integer', () => {
  it.each([2, 3, 7, 10])('is uniform on 0 … n - 1 for n = %i', (n) => {
    const counts = new Array<number>(n).fill(0);
    for (let i = 0; i < 4000; i++) counts[integer(fold(root, i), n)]!++;
    expect(Math.abs(chiSquareZ(counts))).toBeLessThan(4.5);
  });

  it('has no modulo bias where it would show most: the lower half of three quarters of 2^32', () => {
    // Plain modulo would land in the lowest third with probability 1/2 instead of 1/3.
    const n = 3 * 2 ** 30;
    const low = Array.from({ length: 4000 }, (_, i) => (integer(fold(root, i), n) < 2 ** 30 ? 1 : 0));
    expect(Math.abs(mean(low) - 1 / 3)).toBeLessThan(4.5 * Math.sqrt(2 / 9 / 4000));
  });

  it('takes 1 and 2^32, and refuses what is beyond', () => {
    expect(integer(root, 1)).toBe(0);
    expect(integer(root, 2 ** 32)).toBeLessThan(2 ** 32);
    for (const bad of [0, 1.5, 2 ** 32 + 1]) expect(() => integer(root, bad)).toThrow(RangeError);
  });
});

describe('permutation', () => {
  it('is one', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(), (n, seed) => {
        const order = [...permutation(key(seed), n)].sort((a, b) => a - b);
        expect(order).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it('gives each of the 24 orders of four things equally often', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = permutation(fold(root, i), 4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(Math.abs(chiSquareZ([...counts.values()]))).toBeLessThan(4.5);
  });
});
