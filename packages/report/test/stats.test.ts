import { fold, key, normal } from '@lab/random';
import fc from 'fast-check';
import { describe as suite, expect, it } from 'vitest';
import { iqm, probabilityOfImprovement, profileAt } from '../src/stats/across-tasks.ts';
import { describe, interquartileMean, median, sd } from '../src/stats/describe.ts';
import {
  incompleteBeta,
  logGamma,
  normalCdf,
  normalQuantile,
  studentCdf,
  studentQuantile,
} from '../src/stats/distributions.ts';
import { hierarchicalInterval } from '../src/stats/hierarchical.ts';
import { holm } from '../src/stats/holm.ts';
import { bootstrapInterval, seedInterval, tInterval } from '../src/stats/interval.ts';
import { mcnemar, seedwise } from '../src/stats/mcnemar.ts';
import { detectable, detectableFactor, signFlipPower } from '../src/stats/power.ts';
import { hodgesLehmann, signFlip } from '../src/stats/sign-flip.ts';
import { hump, rising } from '../src/stats/trend.ts';

suite('distributions', () => {
  it('agree with printed tables', () => {
    // R: qt(.975, c(2, 7, 29)); qnorm(.975); pnorm(-6); lgamma(.5); pbeta(.3, 2, 5); pt(2, 5)
    expect(studentQuantile(0.975, 2)).toBeCloseTo(4.302652729911275, 9);
    expect(studentQuantile(0.975, 7)).toBeCloseTo(2.364624251592785, 9);
    expect(studentQuantile(0.975, 29)).toBeCloseTo(2.045229642132703, 9);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
    expect(normalCdf(-6) / 9.865876450376946e-10).toBeCloseTo(1, 9);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 11);
    expect(incompleteBeta(2, 5, 0.3)).toBeCloseTo(0.579825, 10);
    expect(studentCdf(2, 5)).toBeCloseTo(0.9490302605850709, 10);
  });
});

suite('summaries', () => {
  it('name what they are', () => {
    expect(describe([2, 4, 4, 6])).toEqual({
      n: 4,
      mean: 4,
      median: 4,
      sd: Math.sqrt(8 / 3),
      se: Math.sqrt(8 / 3) / 2,
      min: 2,
      max: 6,
    });
    expect(describe([1])?.sd).toBeNull();
    expect(describe([])).toBeNull();
    expect(median([3, 1, 2, 10])).toBe(2.5);
    // scipy.stats.trim_mean([1..8], .25) = mean(3, 4, 5, 6)
    expect(interquartileMean([8, 1, 7, 2, 6, 3, 5, 4])).toBe(4.5);
  });
});

suite('sign-flip test', () => {
  it('equals a written-out enumeration', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 8 }), (d) => {
        const total = Math.abs(d.reduce((a, b) => a + b, 0));
        let count = 0;
        for (let pattern = 0; pattern < 2 ** d.length; pattern++) {
          const sum = d.reduce((s, v, i) => s + ((pattern >> i) & 1 ? -v : v), 0);
          if (Math.abs(sum) >= total) count += 1;
        }
        expect(signFlip(d).p).toBeCloseTo(count / 2 ** d.length, 12);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
  it('says when it cannot reject', () => {
    expect(signFlip([1, 2, 3])).toEqual({ p: 0.25, n: 3, floor: 0.25, able: false });
    expect(signFlip([1, 2, 3, 4, 5, 6])).toMatchObject({ p: 2 / 64, able: true });
    expect(signFlip([])).toMatchObject({ p: null, able: false });
  });
  it('samples patterns above 20 pairs, close to the t test', () => {
    const d = Array.from(normal(key(3), 30), (z) => z + 0.4);
    const { mean, se } = describe(d)!;
    const t = 2 * (1 - studentCdf(Math.abs(mean / se!), 29));
    expect(Math.abs(signFlip(d).p! - t)).toBeLessThan(0.01);
    expect(signFlip(d)).toEqual(signFlip(d));
  });
  it('comes with the Hodges-Lehmann shift', () => {
    // Walsh averages of 1, 3, 10: 1, 2, 3, 5.5, 6.5, 10
    expect(hodgesLehmann([1, 3, 10])).toBe(4.25);
  });
});

suite('McNemar and Holm', () => {
  it('McNemar is the two-sided binomial test', () => {
    // R: binom.test(3, 13)$p.value; binom.test(5, 10)$p.value
    expect(mcnemar(10, 3).p).toBeCloseTo(0.09228515625, 10);
    expect(mcnemar(5, 5).p).toBe(1);
    expect(mcnemar(0, 0).p).toBe(1);
  });
  it('counts runs after Holm', () => {
    expect(seedwise([mcnemar(40, 5), mcnemar(5, 40), mcnemar(10, 9)])).toEqual({ seeds: 3, better: 1, worse: 1 });
  });
  it('Holm steps down and keeps order and gaps', () => {
    // R: p.adjust(c(.01, .04, .03), "holm")
    expect(holm([0.01, null, 0.04, 0.03])).toEqual([0.03, null, 0.06, 0.06]);
  });
});

suite('intervals', () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 9];
  it('t interval by hand', () => {
    const half = (2.364624251592785 * sd(values)) / Math.sqrt(8);
    expect(tInterval(values)!.high).toBeCloseTo(4.625 + half, 9);
    expect(tInterval([1])).toBeNull();
  });
  it('the bootstrap is wide as the t interval on symmetric data, seeded, and refuses few seeds', () => {
    const d = Array.from(normal(key(5), 12));
    const [b, t] = [bootstrapInterval([d], key(1))!, tInterval(d)!];
    // 10,000 resamples place the ends to a few per cent; the shapes differ by the sample's own
    // skew.
    expect((b.high - b.low) / (t.high - t.low)).toBeGreaterThan(0.9);
    expect((b.high - b.low) / (t.high - t.low)).toBeLessThan(1.1);
    expect(bootstrapInterval([d], key(1))).toEqual(b);
    expect(bootstrapInterval([[1, 2, 3]], key(1))).toBeNull();
    expect(seedInterval([[1, 2, 3]], key(1))!.kind).toBe('t');
  });
  it('strata: spread between tasks does not widen the interval', () => {
    const d = Array.from(normal(key(6), 8));
    const apart = bootstrapInterval([d, d.map((v) => v + 100)], key(2))!;
    expect(apart.high - apart.low).toBeLessThan(3);
  });
  it('seeds and examples: width of the two-way layout', () => {
    const n = 8;
    const c = 300;
    const b = normal(fold(key(7), 'b'), c);
    const seeds = Array.from({ length: n }, (_, s) => {
      const a = normal(fold(key(8), s), 1)[0]! * 0.1;
      const e = normal(fold(key(9), s), c);
      return { id: Array.from(b, (_, i) => i), value: Array.from(b, (v, i) => a + v + 0.5 * e[i]!) };
    });
    const i = hierarchicalInterval(seeds, c, key(1))!;
    // True standard error: sqrt(.01 / 8 + 1 / 300 + .25 / 2400); estimated from one draw, so a
    // third off is possible.
    const expected = 2 * 2.0 * Math.sqrt(0.01 / 8 + 1 / 300 + 0.25 / 2400);
    expect((i.high - i.low) / expected).toBeGreaterThan(0.66);
    expect((i.high - i.low) / expected).toBeLessThan(1.5);
  });
});

suite('power', () => {
  it('the detectable effect is seen four times in five', () => {
    expect(detectableFactor(3)).toBeNull();
    expect(signFlipPower(detectableFactor(8)!, 8)).toBeCloseTo(0.8, 1);
    // A paired t test of 20 needs .66 sd for 80 % (power.t.test(20, power = .8, type =
    // "paired")$delta = 0.6604).
    expect(detectableFactor(20)!).toBeCloseTo(0.66, 1);
    expect(detectable(2, 8)).toBeCloseTo(2 * detectableFactor(8)!, 12);
    expect(detectable(null, 8)).toBeNull();
  });
});

suite('over tasks', () => {
  it('IQM, probability of improvement, profile by hand', () => {
    expect(
      iqm([
        [1, 2],
        [3, 100],
      ]),
    ).toBe(2.5);
    expect(
      probabilityOfImprovement(
        [
          [1, 2],
          [5, 5],
        ],
        [
          [0, 2],
          [5, 5],
        ],
      ),
    ).toBe((2.5 / 4 + 0.5) / 2);
    expect(
      profileAt(
        [
          [1, 2],
          [3, 4],
        ],
        2,
      ),
    ).toBe(0.5);
  });
});

suite('trends', () => {
  it('a slope in score per step', () => {
    const r = rising([
      [1, 2, 3],
      [2, 3, 4],
      [0, 2, 4],
    ]);
    expect(r.values.map((v) => Number(v.toFixed(12)))).toEqual([1, 1, 2]);
    expect(r.effect).toBeCloseTo(4 / 3, 12);
  });
  it('a hump needs a rise and a fall', () => {
    const shape = (rows: number[]) => Array.from({ length: 6 }, (_, s) => rows.map((v) => v + s * 0.01));
    expect(hump(shape([0, 2, 0]))).toMatchObject({ peak: 1, p: 2 / 64 });
    const onlyRising = hump(shape([0, 1, 2]))!;
    expect(onlyRising.rise.effect).toBeCloseTo(1, 9);
    expect(onlyRising.fall.effect).toBeCloseTo(-1, 9);
    expect(hump([[1, 2]])).toBeNull();
  });
});
