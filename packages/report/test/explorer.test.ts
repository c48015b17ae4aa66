import { fold, key, normal } from '@lab/random';
import { describe, expect, it } from 'vitest';
import type { ExampleRow, ExampleTable } from '../src/explorer/data.ts';
import { chosenExamples, togetherCounts } from '../src/explorer/example-choice.ts';
import { explorerData } from '../src/explorer/explorer-data.ts';
import { knobImportance } from '../src/explorer/importance.ts';
import { runColumns } from '../src/explorer/run-columns.ts';
import { runsCsv } from '../src/explorer/runs-csv.ts';
import { axesOf, everything, searchTexts, shownRuns, type RunAxis } from '../src/explorer/selection.ts';
import { mapTiles } from '../src/explorer/specs/map.ts';
import { brushedRange, heightOn, mostLines, railsOf, thinned, valueAt } from '../src/explorer/specs/parallel.ts';
import { buildReport } from '../src/report.ts';
import { groupBy } from '../src/study/group.ts';
import * as specs from './specs.ts';
import { inventCompare, inventSensitivity, seedsUpTo } from './synthetic.ts';

const axisOf = (name: string, values: readonly (number | null)[], words: readonly string[] | null = null): RunAxis => ({
  name,
  title: name,
  words,
  at: (run) => values[run] ?? null,
});

describe('columns of runs', () => {
  const { cells } = inventSensitivity(3);
  const runs = runColumns(cells, 'lab run sensitivity');
  it('hold every run, the settings that differ, and the score as it is printed', () => {
    expect(runs.ids).toEqual(cells.map((cell) => cell.record.result.id));
    expect(runs.knobs.map(({ path }) => path)).toEqual(['dropout.name', 'dropout.p', 'dropout.samples']);
    expect(runs.common['model.name']).toBe('invented-encoder');
    const stored = cells[0]?.record.result.evaluations.find(({ split }) => split === 'test')?.metrics.accuracy ?? 0;
    expect(runs.measures[0]?.title).toBe('accuracy (%)');
    expect(runs.measures[0]?.values[0]).toBeCloseTo(100 * stored, 2);
  });
  it('as CSV name every run again', () => {
    const lines = runsCsv(runs, [0, 2]).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe(
      'run,arm,dataset,status,readout,seed,accuracy (%),NLL (nats),ECE,training time (s),peak memory (MB),' +
        'dropout.name,dropout.p,dropout.samples',
    );
    expect(lines[2]?.replaceAll('""', '"')).toContain(runs.ids[2]);
  });
});

describe('choosing runs', () => {
  const runs = runColumns(inventCompare(4).cells, null);
  const axes = axesOf(runs);
  const shown = (change: Partial<typeof everything>) =>
    shownRuns(runs, axes, searchTexts(runs), { ...everything, ...change });
  it('by arm, data set, seed and words: every one must hold', () => {
    expect(shown({})).toHaveLength(60);
    expect(shown({ seeds: new Set([1, 3]) })).toHaveLength(30);
    expect(shown({ text: 'YELP hiddenkey' })).toHaveLength(8);
    expect(shown({ text: 'yelp', seeds: new Set([0]), arms: new Set([0]) })).toHaveLength(1);
  });
  it('by a range of an axis, ends included; runs without a value are left out', () => {
    const nll = axes.find(({ name }) => name === 'measure:nll')!;
    const values = runs.ids.map((_, i) => nll.at(i)!);
    const middle = values.toSorted((a, b) => a - b)[20]!;
    const ranges = new Map([['measure:nll', { from: -Infinity, to: middle }]]);
    expect(shown({ ranges })).toHaveLength(21);
    const swept = runColumns(inventSensitivity(2).cells, null);
    const rates = new Map([['knob:dropout.p', { from: 0, to: 1 }]]);
    const withRate = shownRuns(swept, axesOf(swept), searchTexts(swept), { ...everything, ranges: rates });
    expect(withRate).toHaveLength(swept.ids.length - 2);
  });
});

describe('importance of settings', () => {
  const values = [1, 1.1, 0.9, 3, 3.1, 2.9, 5, 5.1, 4.9, 1, 3, 5];
  const level = [0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 1, 2];
  const measure = axisOf('y', values);
  const task = axisOf(
    'task',
    values.map(() => 0),
  );
  const all = values.map((_, i) => i);
  it('is the share of variance between levels', () => {
    // By hand: mean 3, total 8 * 4 + 6 * .01 = 32.06 + ..., within 6 * .01.
    const total = values.reduce((sum, v) => sum + (v - 3) ** 2, 0);
    const { rows } = knobImportance({ measure, knobs: [axisOf('k', level)], task }, all);
    expect(rows[0]?.share).toBeCloseTo(1 - 0.06 / total, 10);
    expect(rows[0]?.levels).toBe(3);
  });
  it('groups the values of a setting that has many, as many to each group', () => {
    const runs = seedsUpTo(12);
    const knob = axisOf('k', [...runs]);
    // Neighbours are equal, so six groups of two explain everything, and no others do.
    const pairs = axisOf(
      'y',
      runs.map((run) => [5, -3, 8, 1, -7, 2][Math.floor(run / 2)] ?? NaN),
    );
    const [row] = knobImportance(
      {
        measure: pairs,
        knobs: [knob],
        task: axisOf(
          'task',
          runs.map(() => 0),
        ),
      },
      runs,
    ).rows;
    expect(row?.levels).toBe(6);
    expect(row?.share).toBeCloseTo(1, 10);
  });
  it('says so where runs are few, and where settings change together', () => {
    const twin = axisOf(
      'twin',
      level.map((l) => 10 - l),
    );
    const { rows, warnings } = knobImportance({ measure, knobs: [axisOf('k', level), twin], task }, all);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.names).toEqual(['k', 'twin']);
    expect(warnings.join(' ')).toMatch(/Only 12 runs for up to 3 levels.*k, twin change together/);
  });
  it('stays below the mark of chance in about 95 of 100 studies without an effect', () => {
    const studies = seedsUpTo(400);
    const runs = seedsUpTo(24);
    const knob = axisOf(
      'k',
      runs.map((run) => run % 3),
    );
    const one = axisOf(
      'task',
      runs.map(() => 0),
    );
    const over = studies.filter((study) => {
      const noise = axisOf('y', [...normal(fold(key(1), study), runs.length)]);
      const [row] = knobImportance({ measure: noise, knobs: [knob], task: one }, runs).rows;
      return row!.share > row!.chance;
    });
    expect(over.length / studies.length).toBeGreaterThan(0.02);
    expect(over.length / studies.length).toBeLessThan(0.08);
  });
  it('takes the mean of every data set off first', () => {
    const shifted = axisOf(
      'y',
      values.map((v, i) => v + (i % 2) * 100),
    );
    const byTask = axisOf(
      'task',
      values.map((_, i) => i % 2),
    );
    const [row] = knobImportance({ measure: shifted, knobs: [axisOf('k', level)], task: byTask }, all).rows;
    expect(row!.share).toBeGreaterThan(0.9);
  });
});

describe('map and rails', () => {
  it('a tile is the mean of its runs', () => {
    const axes = { x: axisOf('x', [1, 1, 2, null]), y: axisOf('y', [0, 0, 0, 0]), measure: axisOf('m', [1, 3, 7, 9]) };
    expect(mapTiles(axes, [0, 1, 2, 3]).map(({ x, mean, runs }) => [x, mean, runs])).toEqual([
      [1, 2, 2],
      [2, 7, 1],
    ]);
  });
  it('heights and values are each other turned round, on logarithms too', () => {
    const [linear, log] = railsOf([axisOf('a', [1, 2, 3]), axisOf('b', [0.0001, 0.01, 1])], [0, 1, 2]);
    expect(log?.isLog).toBe(true);
    expect(heightOn(log!, 0.01)).toBeCloseTo(0.5, 12);
    for (const rail of [linear!, log!]) expect(valueAt(rail, heightOn(rail, 0.7))).toBeCloseTo(0.7, 12);
    expect(brushedRange(linear!, { i: 0, from: 100, to: 101 })).toBeNull();
    expect(brushedRange(linear!, { i: 0, from: 220, to: 110 })).toEqual({ from: 1, to: 2 });
  });
  it('more lines than can be drawn are thinned evenly', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => i);
    expect(thinned(many).length).toBeLessThanOrEqual(mostLines);
    expect(thinned(many).at(-1)).toBeGreaterThan(9_900);
    expect(thinned([3, 4])).toEqual([3, 4]);
  });
});

describe('examples', () => {
  const study = inventCompare(3);
  const material = { yelp: { classes: ['bad', 'good'], text: (id: string) => `the text of ${id}` } };
  const { answer } = buildReport(study, specs.compare);
  const { examples } = explorerData({ ...study, material }, answer);
  const yelp = examples.find(({ task }) => task === 'yelp')!;
  it('stand by data set, with texts and classes where the data are at hand', () => {
    expect(examples.map(({ task }) => task)).toEqual(['imdb', 'yelp', 'amazon']);
    expect(yelp.rows[0]?.text).toMatch(/^the text of yelp-\d+$/);
    expect(['bad', 'good']).toContain(yelp.rows[0]?.label);
    expect(examples[0]?.rows[0]?.text).toBeNull();
    expect(yelp.arms[0]).toBe('none');
  });
  it('count confusions and meetings over every run and example', () => {
    const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
    for (const counts of yelp.confusion) expect(sum(counts.flat())).toBe(3 * 120);
    for (const four of Object.values(yelp.together)) expect(sum(four)).toBe(3 * 120);
    const right = yelp.confusion.map((counts) => counts[0]![0]! + counts[1]![1]!);
    const [both, first] = togetherCounts(yelp, 0, 1)!;
    expect(both + first).toBe(right[0]);
    expect(togetherCounts(yelp, 1, 0)).toEqual([
      both,
      togetherCounts(yelp, 0, 1)![2],
      first,
      togetherCounts(yelp, 0, 1)![3],
    ]);
  });
  it('an arm says what most of its runs say, with their confidence', () => {
    const arm = study.cells.filter(
      ({ record: { config } }) => config.dropout.name === 'none' && config.dataset.name === 'yelp',
    );
    const row = yelp.rows[5]!;
    const tops = arm.map((cell) => {
      const rows = cell.predictions as readonly { id: string; deterministic: readonly number[] }[];
      const logits = rows.find(({ id }) => id === row.id)!.deterministic;
      const e = logits.map(Math.exp);
      return { top: Number(logits[1]! > logits[0]!), confidence: Math.max(...e) / (e[0]! + e[1]!) };
    });
    const [, same] = [...groupBy(tops, ({ top }) => top)].toSorted(([, a], [, b]) => b.length - a.length)[0]!;
    const [word, confidence] = row.entries[0]!;
    expect(yelp.words[word]).toBe(['bad', 'good'][same[0]!.top]);
    expect(confidence).toBeCloseTo(same.reduce((sum, t) => sum + t.confidence, 0) / same.length, 3);
  });
  it('are found by how two arms meet them', () => {
    const row = (id: string, a: number | null, b: number): ExampleRow => ({
      id,
      text: null,
      label: 'x',
      entries: [a === null ? null : [0, 1, a], [0, 1, b]],
    });
    const table: ExampleTable = {
      ...yelp,
      words: ['x'],
      rows: [row('both', 1, 0.6), row('neither', 0, 0.4), row('a', 0.5, 0), row('b', 0, 1), row('unknown', null, 1)],
    };
    const found = (meeting: 'right together' | 'wrong together' | 'only A right' | 'only B right' | 'apart') =>
      chosenExamples(table, { meeting, a: 0, b: 1, text: '' }).map(({ id }) => id);
    expect(found('right together')).toEqual(['both']);
    expect(found('wrong together')).toEqual(['neither']);
    expect(found('only A right')).toEqual(['a']);
    expect(found('only B right')).toEqual(['b']);
    expect(found('apart')).toEqual(['a', 'b']);
  });
});
