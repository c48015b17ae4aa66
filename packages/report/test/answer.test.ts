import { describe, expect, it } from 'vitest';
import { buildReport } from '../src/report.ts';
import { ownStudySpec } from '../src/spec/own-study.ts';
import { answerOf, decidingSeeds, type AnswerSpec } from '../src/study/arms/answer.ts';
import { compareArms } from '../src/study/arms/comparison.ts';
import type { Cell } from '../src/study/study.ts';
import { summaryText } from '../src/summary.ts';
import { toTerminal } from '../src/tables/formats/terminal.ts';
import { invent } from './synthetic.ts';
import * as specs from './specs.ts';
import { inventCompare } from './synthetic.ts';
import { inventFramework } from './synthetic-framework.ts';

const seeds = [0, 1, 2, 3, 4, 5];

/** A run with a validation score of its own, which need not agree with its test score. */
const run = (seed: number, labels: Cell['labels'], skill: number, validation: number): Cell => {
  const cell = invent({ seed, method: String(labels.method), options: { lr: Number(labels.lr) }, skill, members: 0 });
  const { result } = cell.record;
  const extra = {
    split: 'validation' as const,
    readout: 'deterministic' as const,
    members: 1,
    examples: 100,
    metrics: { accuracy: validation },
  };
  return {
    ...cell,
    labels,
    record: { ...cell.record, result: { ...result, evaluations: [...result.evaluations, extra] } },
  };
};

/**
 * Validation prefers the smaller rate for both; on test the larger one would be better for `none`.
 */
const cells = seeds.flatMap((seed) => [
  run(seed, { method: 'none', lr: 0.001 }, 0.4, 0.8),
  run(seed, { method: 'none', lr: 0.002 }, 2, 0.7),
  run(seed, { method: 'masks', lr: 0.001 }, 1.4, 0.9),
  run(seed, { method: 'masks', lr: 0.002 }, 0.2, 0.6),
]);
const arm = (method: string, lr: number) => ({ name: `${method} ${lr}`, labels: { method, lr } });
const asked: AnswerSpec = {
  methods: ['none', 'masks'].map((method) => ({ name: method, arms: [arm(method, 0.001), arm(method, 0.002)] })),
  baseline: 'none',
  metric: 'score',
};

describe('the answer', () => {
  const answer = answerOf(cells, asked)!;
  it('chooses every method’s setting on validation, never on test', () => {
    expect(answer.ranked.map(({ name, arm: chosen, tried }) => [name, chosen.name, tried])).toEqual([
      ['masks', 'masks 0.001', 2],
      ['none', 'none 0.001', 2],
    ]);
    expect(answer.ranked[0]!.validation).toBeCloseTo(0.9, 12);
  });
  it('compares them paired by seed, with a verdict in words', () => {
    const expected = compareArms(cells, arm('masks', 0.001), arm('none', 0.001), 'score');
    expect(answer.ranked[0]!.difference?.summary?.mean).toBeCloseTo(expected.summary!.mean, 12);
    expect(answer.sentence).toMatch(
      /^Of 2 methods masks has the best validation score\. On test masks differs from none by \+\d+\.\d\d points /,
    );
    expect(answer.sentence).toContain('6 seeds: better.');
    expect(answer.ranked.map(({ rank }) => rank)).toEqual([1, 2]);
  });
  it('groups what the test cannot tell apart, and says how many seeds would', () => {
    const close = seeds.flatMap((seed) => [
      run(seed, { method: 'none', lr: 0.001 }, 1.01, 0.8),
      run(seed, { method: 'masks', lr: 0.001 }, 1, 0.9),
    ]);
    const { ranked, sentence } = answerOf(close, asked)!;
    expect(ranked.map(({ rank }) => rank)).toEqual([1, 1]);
    expect(sentence).toMatch(/: cannot tell; (about \d+ seeds would decide|no number of seeds up to 500)/);
  });
  it('needs more seeds for smaller differences', () => {
    const with_ = (mean: number) => ({ ...compareArms(cells, arm('masks', 0.001), arm('none', 0.001), 'score'), mean });
    const at = (mean: number, sd: number) => {
      const c = with_(mean);
      return decidingSeeds({ ...c, summary: { n: 6, mean, median: mean, sd, se: sd, min: 0, max: 1 } });
    };
    // Two-sided .05, power .8: about (1.96 + .84)² / effect², and a little more for Student's t.
    expect(at(0.5, 1)).toBeGreaterThanOrEqual(32);
    expect(at(0.5, 1)).toBeLessThanOrEqual(35);
    expect(at(0.25, 1)!).toBeGreaterThan(at(0.5, 1)!);
    expect(at(0.01, 1)).toBeNull();
  });
  it('is absent where nothing is compared', () => {
    expect(answerOf(cells, { ...asked, methods: asked.methods.slice(0, 1) })).toBeNull();
    expect(buildReport(inventCompare(3), { ...specs.compare, tables: [] }).answer).toBeNull();
  });
});

describe('a study of one’s own', () => {
  const arms = ['none', 'masks'].flatMap((method) => [0.001, 0.002].map((lr) => ({ method, lr })));
  const spec = ownStudySpec({
    name: 'own',
    title: 'Own',
    question: 'Do masks help?',
    arms,
    baseline: { method: 'none' },
    gridAxes: ['lr'],
    margin: 0.01,
  });
  const report = buildReport({ name: 'own', title: 'Own', question: '', cells }, spec);
  it('begins with a ranking of its methods at their tuned settings, and draws curves, cost, calibration', () => {
    expect(report.tables[0]).toMatchObject({ name: 'ranking' });
    expect(report.tables[0]!.rows.map((row) => row[0]?.text)).toEqual(['masks', 'none']);
    expect(report.figures.map(({ kind }) => kind)).toEqual(['sweep', 'pareto', 'bars', 'reliability', 'gap']);
    const curve = report.figures[0]!.rows.filter(({ series }) => series === 'masks');
    expect(new Set(curve.map(({ x }) => x))).toEqual(new Set([0.001, 0.002]));
  });
  it('says it in a terminal of any width', () => {
    for (const screen of [60, 80, 120]) {
      const text = summaryText(report, screen);
      expect(text.replace(/\s+/g, ' ')).toContain('Of 2 methods masks has the best validation score.');
      for (const table of report.tables)
        for (const line of toTerminal(table, screen).split('\n')) expect(line.length, line).toBeLessThanOrEqual(screen);
    }
  });
});

it('a terminal’s table keeps every number in its row when it goes on in further blocks', () => {
  const [table] = buildReport(inventFramework(6), specs.framework).tables;
  const text = toTerminal(table!, 60);
  for (const row of table!.rows)
    for (const { text: entry } of row) for (const word of entry.split(' ')) expect(text).toContain(word);
});

it('more lines than can be followed have small panels of their own, with their spans', () => {
  const study = inventCompare(6);
  const arms = Array.from({ length: 8 }, (_, i) => ({ name: `line ${i}`, where: { method: 'none', dataset: 'imdb' } }));
  const sweep = { kind: 'sweep' as const, name: 's', title: 'S', x: 'seed', metrics: ['score'] };
  const drawn = (n: number) =>
    buildReport(study, { ...specs.compare, tables: [], claims: [], figures: [{ ...sweep, arms: arms.slice(0, n) }] })
      .figures[0]!;
  expect(JSON.stringify(drawn(8).spec)).toContain('"concat"');
  expect(drawn(8).caption).toContain('one series over the grey lines of all');
  expect(JSON.stringify(drawn(3).spec)).not.toContain('"concat"');
});
