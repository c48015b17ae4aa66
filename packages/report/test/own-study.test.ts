import { describe, expect, it } from 'vitest';
import { buildReport } from '../src/report.ts';
import { ownStudySpec } from '../src/spec/own-study.ts';
import { cellsOf, points } from '../src/study/arms/arm.ts';
import { compareArms } from '../src/study/arms/comparison.ts';
import type { Cell } from '../src/study/study.ts';
import type { Table } from '../src/tables/table.ts';
import { invent } from './synthetic.ts';

const seeds = [0, 1, 2, 3, 4, 5];

/** A run whose config has its own rate, under any labels. */
const run = (seed: number, labels: Cell['labels'], { p = 0.1, skill = 1 } = {}): Cell => {
  const cell = invent({ seed, method: 'lora-dropout', options: { p }, skill, members: 0 });
  return { ...cell, labels };
};

describe('an arm by all its labels', () => {
  const cells = seeds.flatMap((seed) => [
    run(seed, {}, { p: 0.4 }),
    run(seed, { method: 'lora' }, { p: 0.1 }),
    run(seed, { method: 'lora', p: 0.3 }, { p: 0.3 }),
    run(seed, { dataset: 'yelp', method: 'lora' }, { p: 0.1 }),
  ]);
  it('does not swallow runs with more labels, nor read labels that a run lacks from its config', () => {
    const labelsOf = (labels: Cell['labels']) => cellsOf(cells, { name: '', labels }).map((cell) => cell.labels);
    expect(new Set(labelsOf({ method: 'lora' }).map((l) => JSON.stringify(l)))).toEqual(
      new Set(['{"method":"lora"}', '{"dataset":"yelp","method":"lora"}']),
    );
    expect(labelsOf({ p: 0.3, method: 'lora' })).toHaveLength(6);
    expect(labelsOf({})).toEqual(seeds.map(() => ({})));
    expect(labelsOf({ p: 0.4 })).toEqual([]);
  });
  it('of several configs for one seed is refused, not averaged', () => {
    const both = [run(0, { method: 'lora' }, { p: 0.1 }), run(0, { method: 'lora' }, { p: 0.2 })];
    expect(() => points(both, { name: 'lora', labels: { method: 'lora' } }, 'score')).toThrow(
      /^arm "lora" holds runs of several configs for imdb, seed 0, which differ in dropout\.p; an arm must name one/,
    );
  });
});

describe('a study with a grid', () => {
  const rates = [0.001, 0.002];
  const skillOf = (method: string, lr: number) => (method === 'none' ? (lr === 0.001 ? 0.5 : 1.5) : 1.2);
  const cells = seeds.flatMap((seed) =>
    ['none', 'lora-dropout'].flatMap((method) =>
      rates.map((lr): Cell => {
        const cell = invent({ seed, method, skill: skillOf(method, lr), members: 0, options: { lr } });
        return { ...cell, labels: { method, lr } };
      }),
    ),
  );
  const arms = ['none', 'lora-dropout'].flatMap((method) => rates.map((lr) => ({ method, lr })));
  const study = { name: 'own', title: 'Own', question: 'Does it help?', cells };
  const tableOf = (baseline: Cell['labels']): Table => {
    const spec = ownStudySpec({
      name: 'own',
      title: 'Own',
      question: '',
      arms,
      baseline,
      gridAxes: ['lr'],
      margin: 0.01,
    });
    const table = buildReport(study, spec).tables.find(({ name }) => name === 'compared-tests');
    if (!table) throw new Error('no comparison');
    return table;
  };
  const difference = (table: Table, arm: string): number | null | undefined =>
    table.rows.find(([first]) => first?.text === arm)?.[2]?.sort;
  const arm = (method: string, lr: number) => ({ name: `${method} ${lr}`, labels: { method, lr } });
  const expected = (lr: number, at: number): number | undefined =>
    compareArms(cells, arm('lora-dropout', lr), arm('none', at), 'score').summary?.mean;

  it('compares every arm with the baseline at its own point, not with the mean over the grid', () => {
    const table = tableOf({ method: 'none' });
    for (const lr of rates) {
      const name = `lora-dropout, lr ${lr}`;
      expect(difference(table, name)).toBeCloseTo(expected(lr, lr) ?? NaN, 12);
    }
    expect(difference(table, 'lora-dropout, lr 0.001')).toBeGreaterThan(0);
    expect(difference(table, 'lora-dropout, lr 0.002')).toBeLessThan(0);
    expect(table.rows).toHaveLength(2);
    expect(table.title).toContain('the same point of the grid');
  });
  it('compares all arms with a baseline that fixes the axis', () => {
    const table = tableOf({ lr: 0.002, method: 'none' });
    expect(difference(table, 'lora-dropout, lr 0.001')).toBeCloseTo(expected(0.001, 0.002) ?? NaN, 12);
    expect(table.rows).toHaveLength(3);
  });
});
