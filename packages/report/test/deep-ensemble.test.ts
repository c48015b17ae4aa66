import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Prediction } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { againstSingle, seedLines } from '../src/study/arms/ensemble-lines.ts';
import { storedScores } from '../src/study/scores/outcome.ts';
import { seedEnsembles } from '../src/study/arms/seed-ensemble.ts';
import { force, type Cell } from '../src/study/study.ts';
import { mean } from '../src/stats/describe.ts';
import { tInterval } from '../src/stats/intervals/interval.ts';
import { jackknifeInterval } from '../src/stats/intervals/jackknife.ts';
import { subsets } from '../src/stats/intervals/subsets.ts';
import { buildTables } from '../src/tables/index.ts';
import { invent } from './synthetic.ts';

const none = { name: 'none', where: { method: 'none' } };
const masks = { name: 'LoRA Dropout', where: { method: 'lora-dropout' } };

/** Four seeds on one fixed test set of each of two data sets. */
const cells = ['rte', 'sst2'].flatMap((dataset) =>
  [0, 1, 2, 3].flatMap((seed) => [
    invent({ seed, dataset, skill: 0.8, sharpness: 2 }),
    invent({ seed, dataset, method: 'lora-dropout', skill: 0.9, members: 4 }),
  ]),
);

const withRows = (cell: Cell, change: (rows: readonly Prediction[]) => readonly Prediction[]): Cell => ({
  ...cell,
  predictions: change(force(cell.predictions)),
});

const spec = {
  kind: 'deep-ensemble',
  name: 'ensembles',
  title: 'Ensembles',
  arms: [none],
  masks: [masks],
  metrics: ['score', 'nll'],
} as const;

describe('subsets and the jackknife', () => {
  it('every subset once, in order; none where there are too many', () => {
    expect(subsets(4, 2)).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    expect(subsets(6, 4)).toHaveLength(15);
    expect(subsets(3, 3)).toEqual([[0, 1, 2]]);
    expect(subsets(3, 4)).toEqual([]);
    expect(subsets(40, 20)).toBeNull();
  });

  it('of a plain mean is Student’s interval', () => {
    const values = [0.3, 0.1, 0.7, 0.4, 0.6];
    const leftOut = values.map((_, i) => mean(values.filter((_v, j) => j !== i)));
    const [jack, t] = [jackknifeInterval(mean(values), leftOut)!, tInterval(values)!];
    expect(jack.low).toBeCloseTo(t.low, 12);
    expect(jack.high).toBeCloseTo(t.high, 12);
    expect(jackknifeInterval(1, [1])).toBeNull();
  });
});

describe('seeds as members', () => {
  it('are matched by example, whatever their order, and averaged as logits or as probabilities', () => {
    const logit = (p: number): number[] => [Math.log(p), Math.log(1 - p)];
    const rows = (ps: readonly number[]): Prediction[] =>
      ps.map((p, i) => ({ id: `e${i}`, label: 0, deterministic: logit(p) }));
    const one = (seed: number, change: Prediction[]): Cell => withRows(invent({ seed, skill: 1 }), () => change);
    const some = [one(0, rows([0.9, 0.2])), one(1, rows([0.4, 0.6]).toReversed())];
    const { lines } = seedLines(some, none, ['nll', 'score']);
    const byName = Object.fromEntries(lines.map((line) => [`${line.average} ${line.size}`, line]));
    const geometric = (p: number, q: number): number =>
      Math.sqrt(p * q) / (Math.sqrt(p * q) + Math.sqrt((1 - p) * (1 - q)));
    const expected = {
      'logits 2': -(Math.log(geometric(0.9, 0.4)) + Math.log(geometric(0.2, 0.6))) / 2,
      'probabilities 2': -(Math.log(0.65) + Math.log(0.4)) / 2,
    };
    for (const [name, value] of Object.entries(expected)) {
      expect(byName[name]!.draws('nll').map(({ seeds }) => seeds)).toEqual([[0, 1]]);
      expect(byName[name]!.draws('nll')[0]!.value).toBeCloseTo(value, 6);
    }
    // Of [.65, .35] and [.4, .6] one is right.
    expect(byName['probabilities 2']!.draws('score')[0]!.value).toBe(0.5);
    expect(byName['logits 2']!.trained).toBe(2);
  });

  it('by logits no subset does worse in NLL than its members do on average', () => {
    const single = new Map(seedEnsembles(cells, none).members.map(({ task }) => [task, new Map<number, number>()]));
    for (const cell of cells.filter((c) => c.labels.method === 'none'))
      single
        .get(cell.record.config.dataset.name)!
        .set(cell.record.config.seed, storedScores(force(cell.predictions), 'deterministic', 1)!.nll!);
    const { lines } = seedLines(cells, none, ['nll']);
    expect(lines.map(({ size, average }) => `${size} ${average}`)).toEqual([
      '2 logits',
      '2 probabilities',
      '4 logits',
      '4 probabilities',
    ]);
    for (const { draws, average } of lines.filter((line) => line.average === 'logits'))
      for (const { seeds, value } of draws('nll')) {
        const members = [...single.values()].flatMap((of) => seeds.map((seed) => of.get(seed)!));
        expect(value, average!).toBeLessThan(mean(members));
      }
  });

  it('differences are to single models of the same seeds; one ensemble of all seeds has no interval', () => {
    const base = [0, 1, 2].map((seed) => ({ seeds: [seed], value: seed }));
    const pairs = [
      { seeds: [0, 1], value: 10 },
      { seeds: [0, 2], value: 20 },
      { seeds: [1, 2], value: 30 },
    ];
    const found = againstSingle(pairs, base)!;
    expect(found.mean).toBe(19);
    // Without seed 0: 30 - 1.5; without 1: 20 - 1; without 2: 10 - .5.
    expect(found.interval).toEqual(jackknifeInterval(19, [28.5, 19, 9.5]));
    expect(againstSingle([{ seeds: [0, 1, 2], value: 40 }], base)).toEqual({ mean: 39, interval: null });
    expect(againstSingle([], base)).toBeNull();
  });

  it('regressions average values', () => {
    const at = (seed: number, values: readonly number[]): Cell =>
      withRows(invent({ seed, skill: 1 }), () => values.map((v, i) => ({ id: `e${i}`, label: i, deterministic: [v] })));
    const { lines } = seedLines([at(0, [0, 2, 1]), at(1, [0, 0, 3])], none, ['mse', 'pearson', 'nll']);
    expect(lines.map(({ draws }) => draws('mse')[0]!.value)).toEqual([0, 0]);
    expect(lines[0]!.draws('pearson')[0]!.value).toBeCloseTo(1, 12);
    expect(lines[0]!.draws('nll')).toEqual([]);
  });
});

describe('what cannot be averaged is refused in one sentence', () => {
  const reasons = (some: readonly Cell[]) => seedEnsembles(some, none);
  const [first, second] = [invent({ seed: 0, skill: 1 }), invent({ seed: 1, skill: 1 })];

  it.each<[string, readonly Cell[], RegExp]>([
    [
      'test sets that differ',
      [first, withRows(second, (rows) => rows.map((row, i) => (i < 20 ? row : { ...row, id: `other-${i}` })))],
      /^imdb: the test examples of seeds 0 and 1 are not the same \(20 of 120 shared\).*does not follow the seed/,
    ],
    [
      'a test set that is a part of another',
      [first, withRows(second, (rows) => rows.slice(0, 100))],
      /not the same \(100 of 120 shared\)/,
    ],
    [
      'labels that differ',
      [first, withRows(second, (rows) => rows.map((row) => ({ ...row, label: 1 - row.label })))],
      /not the same \(0 of 120 shared\)/,
    ],
    ['two runs of a seed', [first, second, first], /none has several runs of seed 0; an ensemble over seeds takes one/],
    [
      'texts',
      [first, second].map((cell) =>
        withRows(cell, (rows) => rows.map((row) => ({ ...row, texts: { deterministic: 'a' } }))),
      ),
      /none, seed 0, stores no outputs that can be averaged/,
    ],
  ])('%s', (_what, some, reason) => {
    const { members, refused } = reasons(some);
    expect(members).toEqual([]);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatch(reason);
  });

  it('a run that diverged is left out, and its seed with it', () => {
    const boom = invent({ seed: 2, skill: 1, status: 'diverged' });
    expect(reasons([first, second, boom]).members[0]!.seeds).toEqual([0, 1]);
  });
});

describe('the table', () => {
  it('sets one model, seeds and masks side by side, and differences with intervals behind', () => {
    const [scores, differences] = buildTables(cells, spec);
    const shape = scores!.rows.map((row) => row.slice(0, 6).map(({ text }) => text));
    expect(shape).toEqual([
      ['none', '-', '-', '1', '1', '4'],
      ['none', 'seeds', 'logits', '2', '2', '6'],
      ['none', 'seeds', 'probabilities', '2', '2', '6'],
      ['none', 'seeds', 'logits', '4', '4', '1'],
      ['none', 'seeds', 'probabilities', '4', '4', '1'],
      ['LoRA Dropout', 'masks', '-', '1', '1', '4'],
      ['LoRA Dropout', 'masks', 'logits', '2', '1', '4'],
      ['LoRA Dropout', 'masks', 'probabilities', '2', '1', '4'],
      ['LoRA Dropout', 'masks', 'logits', '4', '1', '4'],
      ['LoRA Dropout', 'masks', 'probabilities', '4', '1', '4'],
    ]);
    expect(differences!.rows).toHaveLength(9);
    expect(differences!.rows[0]!.at(-1)!.text).toMatch(/^-0\.\d{3} \[.*\]$/);
    expect(differences!.rows[2]!.at(-1)!.text).not.toContain('[');
    expect(scores!.notes.join(' ')).not.toContain('No ensembles');
  });

  it('says why there are no ensembles of seeds, and still shows the masks', () => {
    const moved = cells.map((cell) =>
      withRows(cell, (rows) => rows.map((row) => ({ ...row, id: `${cell.record.config.seed} ${row.id}` }))),
    );
    const tables = buildTables(moved, spec);
    for (const { notes } of tables)
      expect(notes.at(-1)).toMatch(/^No ensembles of seeds: sst2: the test examples of seeds/);
    expect(tables[0]!.rows.map((row) => row[1]!.text)).toEqual(['-', 'masks', 'masks', 'masks', 'masks', 'masks']);
  });
});

it('metrics counted from published predictions are those that the runs stored', () => {
  const file = join(import.meta.dirname, '../../../results/compare/glue/runs.jsonl.gz');
  const [, ...rows] = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
  const wanted = ['accuracy', 'matthews', 'nll', 'brier', 'ece', 'pearson', 'mse'];
  const seen = new Set<string>();
  for (const { record, predictions } of rows.map((row) => JSON.parse(row) as Cell)) {
    for (const { readout, members, metrics } of record.result.evaluations.filter((e) => e.split === 'test')) {
      const scores = storedScores(force(predictions), readout, members)!;
      for (const name of wanted.filter((m) => m in metrics)) {
        seen.add(`${readout} ${name}`);
        // Predictions keep seven digits; a confidence at the edge of a bin may fall on its other
        // side, one example of 300 then.
        expect(Math.abs(scores[name]! - metrics[name]!), `${record.result.id} ${readout} ${name}`).toBeLessThan(
          name === 'ece' ? 1 / 277 : 2e-6 * Math.max(1, metrics[name]!),
        );
      }
    }
  }
  expect(seen.size).toBe(4 * 5 + 3 * 2);
});
