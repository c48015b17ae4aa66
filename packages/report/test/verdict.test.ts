import { describe, expect, it } from 'vitest';
import type { ClaimTest } from '../src/verdict/claim.ts';
import { verdictTable } from '../src/tables/verdicts.ts';
import { decideAll } from '../src/verdict/decide.ts';
import { undecidedRuns } from '../src/verdict/undecided.ts';
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
  it('held, contradicted, equivalent, cannot tell', () => {
    const better = (x: string, ...than: string[]): ClaimTest => ({
      kind: 'better',
      arm: arm(x),
      than: than.map(arm),
      metric: 'score',
    });
    expect(one(cells, better('a', 'b')).status).toBe('held');
    expect(one(cells, better('b', 'a')).status).toBe('contradicted');
    expect(one(cells, better('c', 'b')).status).toBe('cannot tell');
    const near = { value: 0.2, from: 'the test' };
    expect(one(cells, { ...better('c', 'b'), margin: near }).status).toBe('equivalent');
    expect(one(cells, { ...better('b', 'c'), margin: near }).status).toBe('equivalent');
    // Best of all needs every part: a beats b, but nothing beats itself.
    expect(one(cells, better('c', 'b', 'a')).status).toBe('contradicted');
    expect(one(cells, better('a', 'b', 'c')).status).toBe('held');
    expect(one(cells, { kind: 'worse', arm: arm('b'), than: [arm('a')], metric: 'score' }).status).toBe('held');
  });
  it('turns metrics where lower is better', () => {
    const v = one(cells, { kind: 'better', arm: arm('a'), than: [arm('b')], metric: 'nll' });
    expect(v.status).toBe('held');
    expect(v.finding.nearest!.mean).toBeGreaterThan(0);
  });
  it('says why it cannot tell', () => {
    const few = [...runs('a', 2, 3), ...runs('b', 1, 3)];
    const v = one(few, { kind: 'better', arm: arm('a'), than: [arm('b')], metric: 'score' });
    expect(v.status).toBe('cannot tell');
    expect(v.sentence).toBe('Cannot tell: 3 of at least 6 seeds (a against b).');
    const none = one(few, { kind: 'better', arm: arm('a'), than: [arm('absent')], metric: 'score' });
    expect(none.sentence).toBe('Cannot tell: no runs to pair: a against absent.');
  });
  it('no gain: equal within the margin, and a real gain speaks against it', () => {
    const same = [
      ...runs('a', 1),
      ...seeds.map((seed) => invent({ seed, method: 'b', skill: 1, members: 0, examples: 120 })),
    ];
    expect(
      one(same, {
        kind: 'no-gain',
        arm: arm('b'),
        than: arm('a'),
        metric: 'score',
        margin: { value: 0.05, from: 'the test' },
      }).status,
    ).toBe('held');
    expect(
      one(cells, {
        kind: 'no-gain',
        arm: arm('a'),
        than: arm('b'),
        metric: 'score',
        margin: { value: 0.005, from: 'the test' },
      }).status,
    ).toBe('contradicted');
  });
  it('inverted U and rise along an axis', () => {
    // Four seeds choose the peak, eight test it.
    const sweep = (skills: number[]) =>
      Array.from({ length: 12 }, (_, seed) => seed).flatMap((seed) =>
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
  it('says beside a held claim what a temperature and a control do', () => {
    // b is as accurate as a and only too sure of itself: one temperature takes the difference away.
    const sharp = (method: string, sharpness: number) =>
      seeds.map((seed) => {
        const cell = invent({ seed, method, skill: 1, sharpness, members: 0 });
        return { ...cell, validation: cell.predictions };
      });
    const sure = [...sharp('a', 1), ...sharp('a2', 1.02), ...sharp('b', 4)];
    const test: ClaimTest = { kind: 'better', arm: arm('a'), than: [arm('b')], metric: 'nll' };
    const [v] = judge(sure, [{ id: 'x', text: 'x', source: 'x', test, controls: [arm('a2'), arm('b')] }]);
    expect(v!.status).toBe('held');
    expect(v!.beside.some((text) => text.startsWith('after one temperature'))).toBe(true);
    expect(v!.beside).toContain('not proven better than a2');
    expect(v!.beside).not.toContain('not proven better than b');
    const without = sure.map(({ validation: _validation, ...cell }) => cell);
    expect(one(without, test).beside).toEqual(['after one temperature: n/a (no logits stored)']);
  });
  it('the ensemble against what its members score by themselves', () => {
    const members = seeds.map((seed) => invent({ seed, method: 'm', skill: 1 }));
    const [ensemble, single] = (['ensemble', 'single-members'] as const).map((readout) => ({ ...arm('m'), readout }));
    const v = one(members, { kind: 'better', arm: ensemble!, than: [single!], metric: 'nll' });
    // Jensen: the loss of the mean is never above the mean of the losses.
    expect(v.status).toBe('held');
    expect(v.finding.nearest!.low).toBeGreaterThan(0);
  });
  it('decides at planned looks only, and more strictly there', () => {
    const test: ClaimTest = { kind: 'better', arm: arm('a'), than: [arm('b')], metric: 'score' };
    const claim = { id: 'x', text: 'x', source: 'x', test };
    const at = (looks: number[]) => judge(cells, [claim], { seeds: looks, spending: 'obrien-fleming' })[0]!;
    expect(at([16, 32]).sentence).toContain('8 seeds are no planned look (16, 32)');
    const interim = at([8, 16, 32]);
    const { low, high } = interim.finding.nearest!;
    const plain = one(cells, test).finding.nearest!;
    expect(high - low).toBeGreaterThan(plain.high - plain.low);
  });
  it('the first decision stays, and seeds beyond a look do not undo it', () => {
    // a is better on the first eight seeds and as much worse on the next eight.
    const turned = [...Array(16).keys()].flatMap((seed) => [
      invent({ seed, method: 'a', skill: seed < 8 ? 2 : 0, members: 0 }),
      invent({ seed, method: 'b', skill: 1, members: 0 }),
    ]);
    const test: ClaimTest = { kind: 'better', arm: arm('a'), than: [arm('b')], metric: 'score' };
    const claim = { id: 'x', text: 'x', source: 'x', test };
    const looks = { seeds: [8, 16], spending: 'pocock' } as const;
    expect(judge(turned, [claim])[0]!.status).toBe('cannot tell');
    expect(judge(turned, [claim], looks)[0]!).toMatchObject({ status: 'held', finding: { n: 8 } });
  });
  it('a peak is chosen on the same seeds at every look', () => {
    const sweep = [...Array(12).keys()].flatMap((seed) =>
      [0.5, 1.5, 0.5].map((skill, i) =>
        invent({ seed, method: 'm', labels: { p: i / 10 }, options: { p: i / 10 }, skill, members: 0 }),
      ),
    );
    const test: ClaimTest = { kind: 'inverted-u', arm: arm('m'), x: 'p', metric: 'score' };
    const claim = { id: 'x', text: 'x', source: 'x', test };
    const [verdict] = judge(sweep, [claim], { seeds: [9, 12], spending: 'pocock' });
    expect(verdict).toMatchObject({ status: 'held', finding: { n: 6 } });
    expect(verdict!.sentence).toContain('chosen on 3 other seeds');
  });
  it('diverged runs are not left out in silence', () => {
    const some = [
      ...runs('a', 2),
      ...runs('b', 1),
      ...[8, 9].map((seed) => invent({ seed, method: 'a', skill: 2, status: 'diverged' })),
    ];
    const test: ClaimTest = { kind: 'better', arm: arm('a'), than: [arm('b')], metric: 'score' };
    expect(one(some, test).sentence).toBe('Cannot tell: 2 of 10 finished runs of a have no accuracy (2 diverged).');
  });
  it('differences that are equal but for rounding count as equal', () => {
    const sums = [0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3, 0.3, 0.3];
    expect(decideAll([{ name: 'x', values: sums }], { margin: null }).p).toBe(2 * 2 ** -6);
  });
  it('names a leak for every kind of claim, and no difference of selection', () => {
    const leaky = (method: string, validationSkill: number, labels = {}) =>
      [...Array(12).keys()].map((seed) => {
        const cell = invent({ seed, method, labels, skill: 1.5, members: 0 });
        const other = invent({ seed: seed + 50, method, labels, skill: validationSkill, members: 0 });
        const { evaluations } = cell.record.result;
        const validation = { ...other.record.result.evaluations[0]!, split: 'validation' as const };
        const result = { ...cell.record.result, evaluations: [...evaluations, validation] };
        return { ...cell, record: { ...cell.record, result } };
      });
    const cells = [...leaky('a', 0.5), ...leaky('b', 1.5)];
    const margin = { value: 0.05, from: 'the test' };
    const pair = { arm: arm('a'), metric: 'score', margin };
    const tests: readonly ClaimTest[] = [
      { kind: 'better', than: [arm('b')], ...pair },
      { kind: 'worse', than: [arm('b')], ...pair },
      { kind: 'no-gain', than: arm('b'), ...pair },
    ];
    for (const test of tests) expect(one(cells, test).sentence).toContain('a gains on the test split what it does not');
    const axis = [0, 1, 2].flatMap((p) => leaky('m', p === 1 ? 0.5 : 1.5, { p }));
    for (const kind of ['rising', 'inverted-u'] as const)
      expect(one(axis, { kind, arm: arm('m'), x: 'p', metric: 'score' }).sentence).toContain('m, p = 1 gains on');
    const stopped = cells.map((cell) =>
      cell.record.config.dropout.name === 'a'
        ? { ...cell, record: { ...cell.record, config: { ...cell.record.config, select: 'early-stopping' as const } } }
        : cell,
    );
    expect(one(stopped, tests[0]!).sentence).not.toContain('test labels may leak');
  });
  it('no claim is held twice on the same runs without a note', () => {
    const claims = ['score', 'nll'].map((metric) => ({
      id: metric,
      text: metric,
      source: 'x',
      test: { kind: 'better' as const, arm: arm('a'), than: [arm('b')], metric },
    }));
    const { notes } = verdictTable({ paper: 'a paper' }, cells, judge(cells, claims));
    expect(notes).toContain('score and nll are both held on partly the same runs (16): they are not independent.');
  });
  it('a look leaves only the arms of undecided claims in the study', () => {
    const than = (x: string, y: string): ClaimTest => ({
      kind: 'better',
      arm: arm(x),
      than: [arm(y)],
      metric: 'score',
    });
    const claims = [than('a', 'b'), than('c', 'b')].map((test, i) => ({ id: `${i}`, text: 'x', source: 'x', test }));
    const looks = { seeds: [8, 16], spending: 'pocock' as const };
    const open = undecidedRuns(cells, claims, looks)!;
    const methods = new Set(
      cells.filter(({ record }) => open.has(record.result.id)).map(({ labels }) => labels.method),
    );
    // a is far above b already; c and b lie too close together.
    expect(methods).toEqual(new Set(['b', 'c']));
    expect(undecidedRuns(cells, claims.slice(0, 1), looks)).toBeNull();
  });
});
