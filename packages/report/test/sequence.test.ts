import type { Evaluation } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { drawSpec } from '../src/figures/draw.ts';
import { buildFigure } from '../src/figures/index.ts';
import { buildReport } from '../src/report.ts';
import type { ReportSpec } from '../src/spec/spec.ts';
import { value } from '../src/study/run.ts';
import { wholeSequences } from '../src/study/sequence.ts';
import type { Cell } from '../src/study/study.ts';
import { invent } from './synthetic.ts';

const names = ['imdb', 'yelp', 'amazon'] as const;
const deterministic = { readout: 'deterministic', members: 1 } as const;

/** Accuracy by stage and task. */
const matrix = [
  [0.9, 0.6, 0.4],
  [0.7, 0.8, 0.5],
  [0.6, 0.75, 0.95],
];

const tested = (task: string, accuracy: number): Evaluation => ({
  split: `task:${task}`,
  ...deterministic,
  examples: 100,
  metrics: { accuracy },
});

/** One stage as a run: trained on its own task, tested on all. */
const stageOf = (at: number, seed = 0): Cell => {
  const own = names[at]!;
  const cell = invent({ seed, skill: 1, labels: { method: 'x', stage: own }, examples: 20 });
  const others = names.filter((name) => name !== own).map((name) => ({ name, dataset: { name } }));
  const { record } = cell;
  const evaluations = [
    ...record.result.evaluations,
    ...names.map((name, task) => tested(name, matrix[at]![task]! - seed / 100)),
  ];
  return {
    ...cell,
    record: {
      ...record,
      config: { ...record.config, seed, tasks: { own, others, head: 'shared', train: 'own' } },
      result: { ...record.result, evaluations, headline: deterministic },
    },
  };
};

const sequence = (seed: number) => [0, 1, 2].map((at) => stageOf(at, seed));

const table = (name: string, method: string) =>
  ({
    kind: 'compare',
    name,
    title: name,
    baseline: { name: method, where: { method } },
    arms: [{ name: method, where: { method } }],
    metrics: ['score'],
  }) as const;

const spec: ReportSpec = {
  name: 'trial',
  title: 'Trial',
  question: 'Which?',
  paper: '',
  claims: [],
  tables: [table('sequences', 'x'), table('runs', 'y')],
  figures: [],
};

describe('a sequence in a report', () => {
  const [whole, ...others] = wholeSequences(sequence(0));

  it('is one run without the label of a stage, with the cost of all', () => {
    expect(others).toEqual([]);
    expect(whole!.labels).toEqual({ method: 'x' });
    const seconds = sequence(0).reduce((sum, { record }) => sum + record.result.cost.seconds, 0);
    expect(whole!.record.result.cost.seconds).toBeCloseTo(seconds, 9);
  });

  it('has the scores of its matrix, by hand', () => {
    const of = (metric: string) => value(whole!, metric, deterministic);
    expect(of('last')).toBeCloseTo((0.6 + 0.75 + 0.95) / 3, 9);
    expect(of('forgetting')).toBeCloseTo((0.3 + 0.05) / 2, 9);
    expect(of('forward')).toBeCloseTo((0.6 - 0.5 + (0.5 - 0.5)) / 2, 9);
  });

  it('is left out where a stage is missing that another seed has', () => {
    const cells = wholeSequences([...sequence(0), ...sequence(1).slice(0, 2)]);
    expect(cells.map(({ record }) => record.config.seed)).toEqual([0]);
  });

  it('that lacks its last planned stage at every seed is left out, and a table says which', () => {
    const begun = [0, 1].flatMap((seed) => sequence(seed).slice(0, 2));
    const planned = [{ labels: { method: 'x' }, stages: [...names] }];
    expect(wholeSequences(begun)).toHaveLength(2);
    expect(wholeSequences(begun, planned)).toEqual([]);
    const other = invent({ seed: 0, skill: 1, labels: { method: 'y' }, examples: 20 });
    const study = { ...spec, cells: [...begun, other], sequences: planned };
    const [table, alone] = buildReport(study, spec).tables.filter(({ name }) => !name.endsWith('-tests'));
    expect(table!.rows[0]!.slice(0, 3).map(({ text }) => text)).toEqual(['x', '0', 'n/a']);
    expect(table!.notes.at(-1)).toBe(
      'Stages without a result, whose sequences are left out (n/a where no seed is whole): ' +
        'method x (stage amazon, seeds 0, 1).',
    );
    expect(alone!.notes.join()).not.toContain('left out');
  });

  it('of which a stage diverged is left out, and a table says so', () => {
    const [first, second, last] = sequence(0);
    const { record } = last!;
    const diverged = { ...last!, record: { ...record, result: { ...record.result, status: 'diverged' as const } } };
    const cells = [first!, second!, diverged];
    expect(wholeSequences(cells)).toEqual([]);
    expect(buildReport({ ...spec, cells }, spec).tables[0]!.notes.at(-1)).toContain('method x (stage amazon, seed 0).');
  });

  it('leaves other runs as they are, in their order', () => {
    const [a, b, c] = ['x', 'y', 'x'].map((method, seed) =>
      invent({ seed, skill: 1, examples: 20, labels: { method } }),
    );
    expect(wholeSequences([a!, b!, c!])).toEqual([a, b, c]);
  });

  it('is drawn as a matrix that fits a column', async () => {
    const cells = wholeSequences([...sequence(0), ...sequence(1)]);
    const arms = [{ name: 'x', where: { method: 'x' } }];
    const figure = buildFigure(cells, { kind: 'matrix', name: 'm', title: 'Matrix', arms });
    expect(figure.rows).toHaveLength(9);
    expect(figure.rows[0]).toMatchObject({ arm: 'x', stage: 'imdb', task: 'imdb', seeds: 2 });
    expect(figure.rows[0]!['accuracy (%)']).toBeCloseTo(89.5, 9);
    const { svg } = await drawSpec(figure.spec);
    expect(svg).toContain('amazon');
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(Number(/width="(\d+)/.exec(svg)![1])).toBeLessThanOrEqual(345);
  });
});
