import { fold, key, normal } from '@lab/random';
import { describe, expect, it } from 'vitest';
import { scoreRange, skill } from '../src/stats/skill.ts';
import { decideAll, decideNoGain, decidePeak, innerPeak, type VerdictStatus } from '../src/verdict/decide.ts';

const root = key(18);

/** Share of simulated studies that end with each status. */
const rates = (studies: number, run: (draws: (n: number) => number[], study: number) => VerdictStatus) => {
  const counts: Record<VerdictStatus, number> = { held: 0, equivalent: 0, contradicted: 0, 'cannot tell': 0 };
  for (let s = 0; s < studies; s++) {
    let stream = 0;
    counts[run((n) => Array.from(normal(fold(fold(root, s), stream++), n)), s)] += 1 / studies;
  }
  return counts;
};

const shifted = (values: readonly number[], by: number) => values.map((v) => v + by);
const part = (values: readonly number[]) => ({ name: 'part', values });

describe('a claim of one comparison', () => {
  it('is seldom decided wrongly without an effect, in either direction', () => {
    const found = rates(2_000, (draws) => decideAll([part(draws(8))], { margin: null }).status);
    expect(found.held).toBeLessThan(0.035);
    expect(found.contradicted).toBeLessThan(0.035);
  });
  it('is seldom equivalent when the effect is the margin', () => {
    const found = rates(2_000, (draws) => decideAll([part(shifted(draws(24), 1))], { margin: 1 }).status);
    expect(found.equivalent).toBeLessThan(0.035);
    const flat = rates(500, (draws) => decideAll([part(draws(24))], { margin: 1 }).status);
    expect(flat.equivalent).toBeGreaterThan(0.9);
  });
  it('says the same of a claim turned round', () => {
    for (let s = 0; s < 200; s++) {
      const values = shifted(Array.from(normal(fold(root, s), 8)), 0.7);
      const status = decideAll([part(values)], { margin: 0.5 }).status;
      const turned = decideAll([part(values.map((v) => -v))], { margin: 0.5 }).status;
      expect(turned).toBe({ held: 'contradicted', contradicted: 'held' }[status as string] ?? status);
    }
  });
  it('cannot be decided by five seeds, or by none', () => {
    expect(decideAll([part([9, 9.1, 9, 9.2, 9])], { margin: null })).toMatchObject({ status: 'cannot tell', p: null });
    expect(decideAll([part([])], { margin: null }).reason).toContain('no runs');
  });
});

describe('a claim of several comparisons', () => {
  it('is contradicted by six seeds when one part clearly fails', () => {
    const good = [3.1, 2.9, 3, 3.2, 3, 2.8];
    const bad = good.map((v) => -v);
    expect(decideAll([part(good), part(bad), part(good)], { margin: null }).status).toBe('contradicted');
    expect(decideAll([part(good), part(good)], { margin: null }).status).toBe('held');
  });
  it('keeps its error when all parts are null, and when one is', () => {
    const none = rates(
      2_000,
      (draws) =>
        decideAll(
          [0, 1, 2].map(() => part(draws(8))),
          { margin: null },
        ).status,
    );
    expect(none.held + none.contradicted).toBeLessThan(0.055);
    const one = rates(2_000, (draws) =>
      decideAll([part(shifted(draws(8), 5)), part(draws(8))], { margin: null }).status); // prettier-ignore
    expect(one.held).toBeLessThan(0.035);
  });
});

describe('a claim of no gain', () => {
  it('is not easier to hold than its opposite', () => {
    const atMargin = rates(2_000, (draws) => decideNoGain(part(shifted(draws(12), 1)), { margin: 1 }).status);
    expect(atMargin.held).toBeLessThan(0.035);
    const none = rates(2_000, (draws) => decideNoGain(part(draws(12)), { margin: 2 }).status);
    expect(none.contradicted).toBeLessThan(0.035);
    expect(none.held).toBeGreaterThan(0.9);
  });
});

describe('a claim of a peak', () => {
  const sweep = (draws: (n: number) => number[], heights: readonly number[], seeds: number) =>
    Array.from({ length: seeds }, () => draws(heights.length).map((z, j) => z + heights[j]!));
  const study = (heights: readonly number[]) => (draws: (n: number) => number[]) =>
    decidePeak({ tuning: sweep(draws, heights, 4), confirmation: sweep(draws, heights, 8) }, { margin: null }).status;

  it('is seldom decided wrongly when the truth is flat, rising or falling', () => {
    const flat = rates(1_500, study([0, 0, 0, 0, 0]));
    expect(flat.held + flat.contradicted).toBeLessThan(0.05);
    expect(rates(800, study([0, 1, 2, 3, 4])).held).toBeLessThan(0.035);
    expect(rates(800, study([4, 3, 2, 1, 0])).held).toBeLessThan(0.035);
  });
  it('is contradicted by a clear slope and held by a clear peak', () => {
    expect(rates(200, study([0, 2, 4, 6, 9])).contradicted).toBeGreaterThan(0.5);
    expect(rates(200, study([0, 1, 3, 1, 0])).held).toBeGreaterThan(0.8);
    expect(rates(400, study([0, 1, 3, 1, 0])).contradicted).toBe(0);
  });
  it('chooses no end', () => {
    expect(innerPeak([[9, 1, 2, 8]])).toBe(2);
    expect(innerPeak([[9, 1]])).toBeNull();
  });
});

describe('one scale for several tasks', () => {
  it('puts the constant answer at 0 and the perfect one at 1', () => {
    const labels = [0, 0, 0, 1];
    const accuracy = scoreRange('accuracy', labels)!;
    expect(skill(0.75, accuracy.constant, accuracy.perfect)).toBe(0);
    const loss = scoreRange('nll', labels)!;
    expect(skill(0, loss.constant, loss.perfect)).toBe(1);
    // A forecast of the class frequencies: -(.75 ln .75 + .25 ln .25).
    expect(loss.constant).toBeCloseTo(0.5623, 4);
    expect(scoreRange('brier', labels)!.constant).toBeCloseTo(2 * 0.75 * 0.25, 12);
    expect(scoreRange('seconds', labels)).toBeNull();
    expect(skill(1, 1, 1)).toBeNull();
  });
});
