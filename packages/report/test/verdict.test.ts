import { describe, expect, it } from 'vitest';
import type { ClaimTest } from '../src/verdict/claim.ts';
import { judge } from '../src/verdict/verdict.ts';
import { invent } from './synthetic.ts';

const arm = (name: string) => ({ name, where: { method: name } });
const seeds = [0, 1, 2, 3, 4, 5, 6, 7];
const runs = (method: string, skill: number, n = 8) =>
  seeds.slice(0, n).map((seed) => invent({ seed, method, skill, members: 0 }));
const one = (cells: ReturnType<typeof runs>, test: ClaimTest) =>
  judge(cells, [{ id: 'x', text: 'x', source: 'x', test }])[0]!;

describe('verdicts', () => {
  const cells = [...runs('a', 2), ...runs('b', 1), ...runs('c', 1.02)];
  it('held, contradicted, not seen', () => {
    const better = (x: string, ...than: string[]): ClaimTest => ({
      kind: 'better',
      arm: arm(x),
      than: than.map(arm),
      metric: 'score',
    });
    expect(one(cells, better('a', 'b')).status).toBe('held');
    expect(one(cells, better('b', 'a')).status).toBe('contradicted');
    expect(one(cells, better('c', 'b')).status).toBe('not seen');
    // Best of all needs every part: a beats b, but nothing beats itself.
    expect(one(cells, better('c', 'b', 'a')).status).toBe('contradicted');
    expect(one(cells, better('a', 'b', 'c')).status).toBe('held');
    expect(one(cells, { kind: 'worse', arm: arm('b'), than: [arm('a')], metric: 'score' }).status).toBe('held');
  });
  it('turns metrics where lower is better', () => {
    const v = one(cells, { kind: 'better', arm: arm('a'), than: [arm('b')], metric: 'nll' });
    expect(v.status).toBe('held');
    expect(v.finding.effect).toBeGreaterThan(0);
  });
  it('says why it cannot tell', () => {
    const few = [...runs('a', 2, 3), ...runs('b', 1, 3)];
    const v = one(few, { kind: 'better', arm: arm('a'), than: [arm('b')], metric: 'score' });
    expect(v.status).toBe('cannot tell');
    expect(v.sentence).toMatch(/^Cannot tell at this n: accuracy \+.*cannot go below p = 0\.250\.$/);
    const none = one(few, { kind: 'better', arm: arm('a'), than: [arm('absent')], metric: 'score' });
    expect(none.sentence).toBe('Cannot tell: no runs to pair: a against absent.');
  });
  it('no gain: equal within the margin, and a real gain speaks against it', () => {
    const same = [
      ...runs('a', 1),
      ...seeds.map((seed) => invent({ seed, method: 'b', skill: 1, members: 0, examples: 120 })),
    ];
    expect(one(same, { kind: 'no-gain', arm: arm('b'), than: arm('a'), metric: 'score', margin: 0.05 }).status).toBe(
      'held',
    );
    expect(one(cells, { kind: 'no-gain', arm: arm('a'), than: arm('b'), metric: 'score', margin: 0.005 }).status).toBe(
      'contradicted',
    );
  });
  it('inverted U and rise along an axis', () => {
    const sweep = (skills: number[]) =>
      seeds.flatMap((seed) =>
        skills.map((skill, i) =>
          invent({ seed, method: 'm', labels: { p: i / 10 }, options: { p: i / 10 }, skill, members: 0 }),
        ),
      );
    const over = arm('m');
    expect(one(sweep([0.5, 1.5, 0.5]), { kind: 'inverted-u', arm: over, x: 'p', metric: 'score' })).toMatchObject({
      status: 'held',
    });
    expect(one(sweep([0.5, 1.2, 2]), { kind: 'inverted-u', arm: over, x: 'p', metric: 'score' }).status).toBe(
      'contradicted',
    );
    expect(one(sweep([0.5, 1.2, 2]), { kind: 'rising', arm: over, x: 'p', metric: 'score' }).status).toBe('held');
    const members = seeds.map((seed) => invent({ seed, method: 'm', skill: 1 }));
    expect(one(members, { kind: 'rising', arm: over, x: 'M', metric: 'nll' }).status).toBe('held');
  });
});
