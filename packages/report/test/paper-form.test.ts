import { describe, expect, it } from 'vitest';
import { cellsOf, type ReportArm } from '../src/study/arms/arm.ts';
import { axis } from '../src/study/run.ts';
import type { Cell } from '../src/study/study.ts';
import { buildTables } from '../src/tables/index.ts';
import { hiddenKeyTable1, hiddenKeyTable3 } from '../src/papers/hiddenkey.ts';
import { loraDropoutTable1 } from '../src/papers/lora-dropout.ts';
import { invent } from './synthetic.ts';

/** The same run with a validation score. */
const withValidation = (cell: Cell, accuracy: number): Cell => ({
  ...cell,
  record: {
    ...cell.record,
    result: {
      ...cell.record.result,
      evaluations: [
        ...cell.record.result.evaluations,
        { split: 'validation', readout: 'deterministic', members: 1, examples: 50, metrics: { accuracy } },
      ],
    },
  },
});

const run = (labels: { method: string; p?: number }, dataset: string, seed: number, skill = 1.2): Cell =>
  invent({
    seed,
    dataset,
    labels,
    skill,
    readout: 'deterministic',
    ...(labels.p === undefined ? {} : { options: { p: labels.p } }),
  });

const seeds = [0, 1, 2];
const byRate = ['rte', 'mrpc'].flatMap((dataset) =>
  [0.1, 0.2].flatMap((p) =>
    seeds.map((seed) =>
      withValidation(
        run({ method: 'DropKey column', p }, dataset, seed),
        (dataset === 'rte') === (p === 0.2) ? 0.9 : 0.8,
      ),
    ),
  ),
);
const plain = ['rte', 'mrpc', 'stsb', 'sst2'].flatMap((dataset) =>
  seeds.map((seed) => run({ method: 'LoRA' }, dataset, seed)),
);

describe('a method at the best setting of its grid', () => {
  const arm: ReportArm = { name: 'DropKey', where: { method: 'DropKey column' }, best: ['p'] };
  it('is chosen by validation, for each data set by itself', () => {
    const chosen = cellsOf(byRate, arm).map((cell) => `${axis(cell, 'dataset')} ${axis(cell, 'p')}`);
    expect([...new Set(chosen)].toSorted()).toEqual(['mrpc 0.1', 'rte 0.2']);
    expect(chosen).toHaveLength(6);
  });
});

describe("a table in the paper's form", () => {
  const spec = {
    ...hiddenKeyTable1,
    columns: hiddenKeyTable1.columns.map((c) =>
      'mean' in c ? c : { ...c, where: { dataset: c.where.dataset! }, metric: 'accuracy' },
    ),
  };
  const [table] = buildTables([...plain, ...byRate], spec);
  const rowOf = (method: string, from: string) =>
    table?.rows.find(([name, where]) => name?.text === method && where?.text === from)?.map(({ text }) => text);

  it("has the paper's rows and columns in its order", () => {
    expect(table?.columns.map(({ title }) => title)).toEqual([
      'method',
      'from',
      'RTE',
      'MRPC',
      'STS-B',
      'SST-2',
      'Avg',
    ]);
    expect(table?.rows).toHaveLength(2 * spec.rows.length);
    expect(rowOf('LoRA', 'paper')).toEqual([
      'LoRA',
      'paper',
      '84.48 ±0.98 [a]',
      '89.95 ±0.50 [a]',
      '91.96 ±0.48 [a]',
      '95.99 ±0.25 [a]',
      '90.60 [a]',
    ]);
  });

  it('averages a row only where it has every column', () => {
    expect(rowOf('LoRA', 'ours')?.at(-1)).toMatch(/^\d\d\.\d\d ±/);
    expect(rowOf('DropKey column', 'ours')?.slice(4)).toEqual(['n/a', 'n/a', 'n/a']);
  });

  it('says which model, which settings and which marks', () => {
    const notes = table?.notes.join(' ') ?? '';
    expect(notes).toContain("Our model is invented-encoder; the paper's is roberta-large.");
    expect(notes).toContain('DropKey column, chosen on validation: rte p 0.2; mrpc p 0.1.');
    expect(notes).toContain('[a] read in a public text copy');
  });

  it('is left out where no run of ours belongs in it', () => {
    expect(buildTables(plain, hiddenKeyTable3)).toEqual([]);
  });

  it('has n/a where the paper has no number', () => {
    const [one] = buildTables([run({ method: 'LoRA + Dropout' }, 'rte', 0)], loraDropoutTable1);
    const theirs = one?.rows.find(([name, from]) => name?.text === 'LoRA + Dropout' && from?.text === 'paper');
    expect(theirs?.slice(3).every(({ text }) => text === 'n/a')).toBe(true);
  });
});
