import { fold, key, normal } from '@lab/random';
import { describe, expect, it } from 'vitest';
import { decideAll } from '../src/verdict/decide.ts';
import { needsOf, seedsToHold } from '../src/verdict/needs.ts';
import { needsTable } from '../src/tables/needs.ts';
import { invent } from './synthetic.ts';

const arm = (name: string) => ({ name, where: { method: name } });
const runs = (method: string, skill: number, n = 5) =>
  Array.from({ length: n }, (_, seed) => invent({ seed, method, skill, members: 0 }));
const claim = (margin?: number) => ({
  id: 'x',
  text: 'x',
  source: 'x',
  test: {
    kind: 'better' as const,
    arm: arm('a'),
    than: [arm('b')],
    metric: 'nll',
    ...(margin === undefined ? {} : { margin: { value: margin, from: 'the test' } }),
  },
});

describe('what a claim needs', () => {
  it('is fewer seeds for a larger margin, and a word where it cannot be decided', () => {
    const cells = [...runs('a', 1), ...runs('b', 1)];
    const [small, large, tiny] = needsOf(cells, [claim(0.02), claim(0.2), claim(1e-6)], 12);
    expect(large!.toHold!).toBeLessThan(small!.toHold!);
    expect(tiny).toMatchObject({ toHold: null, toBeEquivalent: null, reason: null });
    const table = needsTable('t', cells, [small!, tiny!]);
    expect(table.rows[1]!.at(-1)!.text).toBe('cannot be decided with these data');
    expect(needsOf(cells, [claim()], 12)[0]!.reason).toContain('no margin');
    expect(needsOf([...runs('a', 1, 2), ...runs('b', 1, 2)], [claim(1)], 12)[0]!.reason).toContain('2 of at least 3');
  });
  it('counts a stage that two sequences share once', () => {
    const first = runs('first', 1);
    const ends = ['a', 'b'].map((method) => runs(method, 1));
    const cells = ends.flatMap((last) => last.map((cell, i) => ({ ...cell, stages: [first[i]!, cell] })));
    const hours = [...first, ...ends.flat()].map(
      ({ record }) => (record.result.cost.seconds * record.surroundings.threads) / 3600,
    );
    const [needs] = needsOf(cells, [claim(0.02)], 12);
    expect(needs!.coreHoursPerSeed).toBeCloseTo(hours.reduce((x, y) => x + y, 0) / 5, 9);
  });

  it('keeps its promise: studies planned from pilots find the margin in at least four of five', () => {
    // Differences of mean zero and spread one; the margin is planned from six pilots each time.
    const margin = 0.8;
    const found = Array.from({ length: 150 }, (_, s) => {
      const stream = fold(key(21), s);
      const pilots = Array.from(normal(fold(stream, 'pilots'), 6));
      const n = seedsToHold([pilots], margin)!;
      const values = Array.from(normal(fold(stream, 'study'), n), (z) => z + margin);
      return decideAll([{ name: 'x', values }], { margin: null }).status === 'held';
    });
    expect(found.filter(Boolean).length / found.length).toBeGreaterThan(0.8);
  });
});
