import { fold, key } from '@lab/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dirichlet, logGammaDraw } from '../src/stages/dirichlet.ts';
import { clientRows } from '../src/stages/share.ts';

const root = fold(key(7), 'clients');
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const balanced = Array.from({ length: 400 }, (_, i) => i % 4);

/** Mean over clients of the share of a client's largest class. */
const unevenness = (parts: readonly (readonly number[])[]): number =>
  mean(
    parts.map(
      (rows) => Math.max(...[0, 1, 2, 3].map((c) => rows.filter((row) => balanced[row] === c).length)) / rows.length,
    ),
  );

describe('the rows of clients', () => {
  it('are a partition into parts of equal size, or one more', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.option(fc.double({ min: 0.001, max: 100, noNaN: true }), { nil: undefined }),
        fc.nat(),
        (labels, clients, skew, seed) => {
          const parts = clientRows(labels, { clients, skew }, key(seed));
          expect(parts.flat().sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
          const sizes = parts.map((rows) => rows.length);
          expect(parts).toHaveLength(clients);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    ));

  it('are the more uneven in their classes the smaller the concentration', () => {
    const at = (skew: number | undefined) => unevenness(clientRows(balanced, { clients: 10, skew }, root));
    expect(at(0.01)).toBeGreaterThan(0.8);
    expect(at(10)).toBeLessThan(at(0.01));
    expect(at(10)).toBeGreaterThan(at(1000));
    // With a large concentration, as with none, a client of 40 rows has a quarter of each class.
    expect(at(1000)).toBeLessThan(0.42);
    expect(at(undefined)).toBeLessThan(0.42);
  });

  it('are the same for every call, and others under another key', () => {
    const rows = (k: number) => clientRows(balanced, { clients: 5, skew: 0.5 }, key(k));
    expect(rows(1)).toEqual(rows(1));
    expect(rows(1)).not.toEqual(rows(2));
  });
});

describe('the Dirichlet law', () => {
  const n = 4000;
  const draws = (concentrations: readonly number[]) =>
    Array.from({ length: n }, (_, i) => dirichlet(fold(root, i), concentrations));

  it.each([[[0.2, 0.6]], [[1, 2, 3]], [[5, 0.5, 2.5]]])('of %j has its means and variances', (concentrations) => {
    const total = concentrations.reduce((a, b) => a + b, 0);
    const all = draws(concentrations);
    concentrations.forEach((a, c) => {
      const x = all.map((q) => q[c]!);
      const p = a / total;
      const variance = (p * (1 - p)) / (total + 1);
      const kurtosis = mean(x.map((v) => (v - p) ** 4)) / variance ** 2;
      // 4.5 standard errors of both.
      expect(Math.abs(mean(x) - p)).toBeLessThan(4.5 * Math.sqrt(variance / n));
      const spread = mean(x.map((v) => (v - p) ** 2));
      expect(Math.abs(spread / variance - 1)).toBeLessThan(4.5 * Math.sqrt((kurtosis - 1) / n));
    });
    all.forEach((q) => expect(q.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12));
  });

  it('stays a law of shares where the concentration is tiny', () =>
    draws([1e-3, 1e-3])
      .slice(0, 200)
      .forEach((q) => expect(q.every((x) => x >= 0 && x <= 1)).toBe(true)));

  it('is made of gamma draws of the right mean', () => {
    for (const shape of [0.3, 1, 4]) {
      const x = Array.from({ length: n }, (_, i) => Math.exp(logGammaDraw(fold(fold(root, 'gamma'), i), shape)));
      expect(Math.abs(mean(x) - shape)).toBeLessThan(4.5 * Math.sqrt(shape / n));
    }
  });
});
