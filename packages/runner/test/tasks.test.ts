import type { Dataset } from '@lab/datasets';
import { BadInput } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { checkTexts, joinTasks } from '../src/stages/tasks.ts';
import { twoClasses } from './two-classes.ts';

const of = (...classes: readonly string[]): Dataset => {
  const examples = classes.map((text, label) => ({ id: `test:${label}`, text, label }));
  return { ...twoClasses(examples), task: { kind: 'classification', classes } };
};

const tasks = (head: 'shared' | 'growing' | 'apart', train: 'own' | 'all' = 'own') => ({
  own: 'second',
  others: [{ name: 'first', dataset: { name: 'imdb' } }],
  head,
  train,
});
const join = (head: 'shared' | 'growing' | 'apart', first: Dataset, own: Dataset, train?: 'all') =>
  joinTasks(tasks(head, train), own, [first]);

describe('tasks as one data set', () => {
  it('is the data set itself where there are no tasks', () => {
    const own = of('a', 'b');
    expect(joinTasks(undefined, own, [])).toEqual({ dataset: own, before: 0, known: [] });
  });

  it('with a shared head has the classes of each', () => {
    const { dataset, before, known } = join('shared', of('a', 'b'), of('a', 'b'));
    expect(dataset.task).toEqual({ kind: 'classification', classes: ['a', 'b'] });
    expect([before, known.map(({ name, among }) => [name, among.first])]).toEqual([
      0,
      [
        ['first', 0],
        ['second', 0],
      ],
    ]);
  });

  it('with a growing head has the classes of all, those met before first', () => {
    const { dataset, before, known } = join('growing', of('a', 'b', 'c'), of('d', 'e'));
    expect(dataset.task).toEqual({ kind: 'classification', classes: ['a', 'b', 'c', 'd', 'e'] });
    expect(before).toBe(3);
    expect(dataset.splits.train.map(({ label }) => label)).toEqual([3, 4]);
    expect(known.map(({ among }) => among)).toEqual([
      { first: 0, count: 3 },
      { first: 3, count: 2 },
    ]);
  });

  it('learnt together are trained on all, with no class left out', () => {
    const { dataset, before } = join('growing', of('a', 'b', 'c'), of('d', 'e'), 'all');
    expect(before).toBe(0);
    expect(dataset.splits.train.map(({ label }) => label)).toEqual([0, 1, 2, 3, 4]);
  });

  it('of pairs and of single texts go together only where the model reads both alike', () => {
    const [one, other] = [of('a', 'b'), of('a', 'b')];
    expect(() => checkTexts(one, [other], () => true)).not.toThrow();
    expect(() => checkTexts(one, [other], (dataset) => dataset === one)).toThrow('so no head reads both');
  });

  it('may have classes of one name with heads apart', () => {
    expect(join('apart', of('a', 'b'), of('a', 'b')).before).toBe(2);
  });

  it.each([
    ['shared', of('a', 'b'), of('a', 'c'), '"first" has the classes a, b, and "second" has a, c'],
    ['growing', of('a', 'b'), of('b', 'c'), 'the class "b" is in "first" and in "second"'],
    [
      'growing',
      { ...of('a', 'b'), task: { kind: 'regression', range: [0, 5] } },
      of('c'),
      '"first" is a regression task',
    ],
  ] as const)('%s: refused in one sentence: %#', (head, first, own, words) => {
    expect(() => join(head, first, own)).toThrow(BadInput);
    expect(() => join(head, first, own)).toThrow(words);
  });
});
