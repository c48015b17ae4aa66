import { readFileSync } from 'node:fs';
import { fold, key, normal, studentCdf, studentQuantile, uniform } from '@lab/random';
import { describe, expect, it } from 'vitest';
import { bestOfK } from '../src/stats/best-of-k.ts';
import { exampleShare } from '../src/stats/tests/example-share.ts';
import { holm } from '../src/stats/tests/holm.ts';
import {
  correlations,
  guardedEquivalence,
  guardedMde,
  guardedPower,
  jointMde,
  jointPower,
} from '../src/stats/power/guarded-power.ts';
import { meanInterval, pAbove, pBelow } from '../src/stats/intervals/mean-interval.ts';
import { noncentralTCdf } from '../src/stats/power/noncentral-t.ts';
import { equivalencePower, fewestPairs, pairedMde, pairedPower } from '../src/stats/power/paired-power.ts';
import { sequentialLooks } from '../src/stats/tests/sequential.ts';
import { tInterval } from '../src/stats/intervals/interval.ts';

/**
 * Made by scripts/fixtures/scores/verdicts.py with scipy and statsmodels; the file names their
 * versions.
 */
const outside = JSON.parse(readFileSync(new URL('fixtures/statistics.json', import.meta.url), 'utf8')) as {
  readonly noncentral: readonly { t: number; df: number; delta: number; p: number }[];
  readonly power: readonly { effect: number; n: number; alpha: number; power: number }[];
  readonly mde: readonly { n: number; effect: number }[];
  readonly equivalence: readonly { effect: number; margin: number; n: number; alpha: number; power: number }[];
  readonly sample: { values: number[]; interval: [number, number]; pAboveZero: number; skew: number };
  readonly holm: { p: number[]; adjusted: number[] };
  readonly crossing: readonly { times: number[]; bounds: number[]; exit: number[] }[];
};

/** Simulated studies of n values each; the mean of `draw` is zero. */
const studies = (count: number, n: number, draw: (at: number) => Float64Array | readonly number[]) =>
  Array.from({ length: count }, (_, s) => Array.from(draw(s)).slice(0, n));
const exponential = (n: number) => (s: number) =>
  Array.from(uniform(fold(key(5), s), n), (u) => -Math.log(u + 2 ** -25) - 1);

describe('noncentral t', () => {
  it('agrees with scipy', () => {
    for (const { t, df, delta, p } of outside.noncentral) expect(noncentralTCdf(t, df, delta)).toBeCloseTo(p, 9);
  });
  it('refuses what would underflow', () => {
    expect(() => noncentralTCdf(1, 5, 40)).toThrow(RangeError);
  });
});

describe('power of a paired comparison', () => {
  it('agrees with statsmodels', () => {
    for (const { power, ...design } of outside.power) expect(pairedPower(design)).toBeCloseTo(power, 8);
    for (const { n, effect } of outside.mde) expect(pairedMde(n)).toBeCloseTo(effect, 5);
  });
  it('of equivalence agrees with quadrature by scipy', () => {
    for (const { power, ...design } of outside.equivalence) expect(equivalencePower(design)).toBeCloseTo(power, 7);
  });
  it('finds the fewest pairs, or says that none suffice', () => {
    const of = (n: number) => pairedPower({ effect: 0.5, n });
    const n = fewestPairs(of)!;
    expect(of(n)).toBeGreaterThanOrEqual(0.8);
    expect(of(n - 1)).toBeLessThan(0.8);
    expect(fewestPairs((pairs) => pairedPower({ effect: 0, n: pairs }))).toBeNull();
  });
});

describe('power of the deciding test', () => {
  it('is what fresh simulated studies find', () => {
    for (const n of [6, 8, 16]) {
      const effect = guardedMde(n)!;
      const all = Array.from({ length: 4_000 }, (_, s) =>
        Array.from(normal(fold(fold(key(11), n), s), n), (z) => z + effect),
      );
      expect(Math.abs(all.filter((v) => pAbove(v) < 0.025).length / 4_000 - 0.8)).toBeLessThan(0.025);
    }
  });
  it('meets the noncentral t law for many seeds, and stays below it for few', () => {
    expect(guardedPower(0.5, 40)).toBeLessThan(pairedPower({ effect: 0.5, n: 40 }));
    expect(pairedPower({ effect: 0.5, n: 40 }) - guardedPower(0.5, 40)).toBeLessThan(0.015);
    expect(guardedMde(6)! / pairedMde(6)!).toBeGreaterThan(1.1);
    expect(guardedMde(5)).toBeNull();
    expect(Math.abs(guardedEquivalence(0.6, 40) - guardedEquivalence(0.6, 41))).toBeLessThan(0.03);
  });
});

describe('joint power', () => {
  const one = [[1]];
  it('of one part is the power of its test', () => {
    expect(jointPower({ spreads: [2], correlation: one, n: 8, effect: 2.4 })).toBe(guardedPower(1.2, 8));
    expect(jointMde({ spreads: [2], correlation: one, n: 8 })).toBeCloseTo(2 * guardedMde(8)!, 12);
  });
  it('of independent parts is the product, of equal parts the power of one', () => {
    const single = guardedPower(1.2, 10);
    const pair = { spreads: [1, 1], n: 10, effect: 1.2 };
    const apart = [
      [1, 0],
      [0, 1],
    ];
    const same = [
      [1, 1],
      [1, 1],
    ];
    expect(Math.abs(jointPower({ ...pair, correlation: apart }) - single ** 2)).toBeLessThan(0.025);
    expect(Math.abs(jointPower({ ...pair, correlation: same }) - single)).toBeLessThan(0.02);
  });
  it('correlations are those of the lists', () => {
    const [[, ab], [, , bc]] = correlations([
      [1, 2, 3],
      [2, 4, 6],
      [3, 1, 2],
    ]) as [number[], number[]];
    expect(ab).toBeCloseTo(1, 12);
    expect(bc).toBeCloseTo(-0.5, 12);
  });
});

describe('the interval that decides', () => {
  it("is about as wide as Student's for normal values, never narrower", () => {
    const { values, interval, pAboveZero } = outside.sample;
    const [low, high] = interval;
    expect(tInterval(values)!.low).toBeCloseTo(low, 9);
    const mine = meanInterval(values)!;
    expect(mine.low).toBeLessThanOrEqual(low + 1e-9);
    expect(mine.high).toBeGreaterThanOrEqual(high - 1e-9);
    expect((mine.high - mine.low) / (high - low)).toBeLessThan(1.15);
    expect(pAbove(values)).toBeGreaterThanOrEqual(pAboveZero - 1e-12);
  });
  it('and its p say the same', () => {
    for (let s = 0; s < 300; s++) {
      const values = Array.from(normal(fold(key(7), s), 7), (z) => z * z - 0.6);
      const { low, high } = meanInterval(values)!;
      expect(pAbove(values) < 0.025).toBe(low > 0);
      expect(pBelow(values) < 0.025).toBe(high < 0);
    }
  });
  it("is wrong in at most 5 % of skewed studies, where Student's alone is wrong in 9 %", () => {
    const all = studies(4_000, 10, exponential(10));
    const wrong = (f: (v: number[]) => { low: number; high: number } | null) =>
      all.filter((v) => {
        const i = f(v)!;
        return i.low > 0 || i.high < 0;
      }).length / all.length;
    expect(wrong((v) => tInterval(v))).toBeGreaterThan(0.075);
    expect(wrong((v) => meanInterval(v))).toBeLessThan(0.057);
  });
  it('needs six values, and takes equal values for what they are', () => {
    expect(meanInterval([1, 2, 3, 4, 5])).toBeNull();
    expect(pAbove([1, 2, 3, 4, 5])).toBeNaN();
    expect(pAbove([2, 2, 2, 2, 2, 2])).toBe(2 ** -6);
    expect(pAbove([0, 0, 0, 0, 0, 0])).toBe(1);
  });
});

describe('group-sequential looks', () => {
  it('reproduces published bounds for three equal looks', () => {
    // Lan and DeMets' spending: O'Brien-Fleming-like (3.710, 2.511, 1.993) and Pocock-like (2.279,
    // 2.295, 2.296).
    const z = (spending: 'obrien-fleming' | 'pocock') =>
      sequentialLooks({ seeds: [10, 20, 30], spending }).map((look) => look.z);
    [3.7103, 2.5114, 1.993].forEach((bound, i) => expect(z('obrien-fleming')[i]).toBeCloseTo(bound, 3));
    [2.279, 2.295, 2.296].forEach((bound, i) => expect(z('pocock')[i]).toBeCloseTo(bound, 2));
  });
  it('spends what multivariate normal probabilities by scipy say', () => {
    const [{ exit }] = outside.crossing as [(typeof outside.crossing)[number]];
    expect(exit.reduce((a, b) => a + b, 0)).toBeCloseTo(0.025, 4);
  });
  it('keeps its level with t statistics of few seeds, in simulated null studies', () => {
    const looks = sequentialLooks({ seeds: [8, 16, 24], spending: 'pocock' });
    const rejected = Array.from({ length: 4_000 }, (_, s) => Array.from(normal(fold(key(9), s), 24))).filter((all) =>
      looks.some(({ seeds, nominal }) => {
        const i = tInterval(all.slice(0, seeds), 1 - nominal)!;
        return i.low > 0 || i.high < 0;
      }),
    );
    expect(rejected.length / 4_000).toBeLessThan(0.058);
    expect(rejected.length / 4_000).toBeGreaterThan(0.042);
  });
  it('refuses looks that do not rise', () => {
    expect(() => sequentialLooks({ seeds: [16, 8], spending: 'pocock' })).toThrow(RangeError);
  });
});

describe('Holm', () => {
  it('agrees with statsmodels', () => {
    holm(outside.holm.p).forEach((p, i) => expect(p).toBeCloseTo(outside.holm.adjusted[i]!, 12));
  });
});

describe('best of k', () => {
  const trials = [4, 1, 3, 2, 5].map((validation) => ({ validation, test: 10 * validation - validation ** 2 }));
  it('is the mean over all subsets', () => {
    const curve = bestOfK(trials);
    const subsets = (k: number) =>
      Array.from({ length: 32 }, (_, bits) => trials.filter((_t, i) => (bits >> i) & 1)).filter((s) => s.length === k);
    curve.forEach((value, i) => {
      const all = subsets(i + 1).map((some) => some.reduce((a, b) => (b.validation > a.validation ? b : a)).test);
      expect(value).toBeCloseTo(all.reduce((a, b) => a + b, 0) / all.length, 12);
    });
  });
  it('of none is nothing, and ties share', () => {
    expect(bestOfK([])).toEqual([]);
    expect(
      bestOfK([
        { validation: 1, test: 0 },
        { validation: 1, test: 2 },
      ]),
    ).toEqual([1, 1]);
  });
});

describe('share of examples', () => {
  const study = (n: number, m: number, shared: number) => (s: number) => {
    const own = normal(fold(fold(key(3), s), 'examples'), m);
    return Array.from({ length: n }, (_, seed) => {
      const rest = normal(fold(fold(key(3), s), seed), m);
      return Array.from(rest, (z, i) => Math.sqrt(1 - shared) * z + Math.sqrt(shared) * own[i]!);
    });
  };
  it('finds the planted share', () => {
    for (const planted of [0, 0.1, 0.4]) {
      const found = Array.from({ length: 20 }, (_, s) => exampleShare(study(8, 300, planted)(s))!.share);
      expect(Math.abs(found.reduce((a, b) => a + b, 0) / 20 - planted)).toBeLessThan(0.02);
    }
  });
  it('predicts how often a test over seeds would then be wrong', () => {
    const all = Array.from({ length: 2_000 }, (_, s) => study(10, 40, 0.1)(s));
    const wrong = all.filter((rows) => {
      const i = tInterval(rows.map((row) => row.reduce((a, b) => a + b, 0) / row.length))!;
      return i.low > 0 || i.high < 0;
    }).length;
    const predicted = all.map((rows) => exampleShare(rows)!.falseRate).sort((a, b) => a - b)[1_000]!;
    // Variance of the test set's own lean over that of the mean of ten seeds: 10 x .1 / .9.
    const truth = 2 * (1 - studentCdf(studentQuantile(0.975, 9) / Math.sqrt(1 + 1 / 0.9), 9));
    expect(Math.abs(wrong / 2_000 - truth)).toBeLessThan(0.03);
    expect(Math.abs(predicted - truth)).toBeLessThan(0.05);
  });
});
