import { fold, key as root, uniform, type Key } from '@lab/random';
import { BadInput } from '@lab/records';
import { z } from 'zod';
import type { Dataset, Example } from '../types.ts';
import type { TaskKind } from '@lab/metrics';
import { keepClasses } from './classes.ts';
import { balancedOrder, shuffle } from './draw.ts';

/** Options of every data set. */
export const reshapeOptions = {
  onlyClasses: z
    .array(z.string())
    .min(2)
    .optional()
    .describe('classes kept, by name and in this order, for tasks of a sequence; absent: all'),
  subset: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'training examples kept: of each class, or in all where there are no classes; a smaller subset lies in ' +
        'a larger one',
    ),
  labelNoise: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of training labels that become another class, drawn evenly; classification only'),
  maxTest: z.number().int().min(1).nullable().default(null).describe('test examples kept, the same for every seed'),
};

/** The values of these options. */
export interface Reshaping {
  readonly onlyClasses?: readonly string[] | undefined;
  readonly subset: number | null;
  readonly labelNoise: number;
  readonly maxTest: number | null;
}

/**
 * n training examples of each class, or n in all for a task without classes; nested in n under one
 * key.
 */
export const subset = (
  key: Key,
  name: string,
  task: TaskKind,
  train: readonly Example[],
  n: number,
): readonly Example[] => {
  if (task.kind !== 'classification') {
    if (n > train.length)
      throw new BadInput(`dataset ${name}: subset ${n} is more than the ${train.length} training examples`);
    return shuffle(key, train).slice(0, n);
  }
  task.classes.forEach((label, c) => {
    const available = train.filter((example) => example.label === c).length;
    if (available < n)
      throw new BadInput(
        `dataset ${name}: subset ${n} is more than the ${available} training examples of class "${label}"`,
      );
  });
  return balancedOrder(key, train, task.classes.length).slice(0, n * task.classes.length);
};

/**
 * Each label becomes another class with probability `rate`, evenly over the others. Draws hang on
 * the example's id, so that the same examples flip in every subset, and those flipped at a lower
 * rate are flipped at a higher one.
 */
export const flipLabels = (key: Key, classes: number, examples: readonly Example[], rate: number): readonly Example[] =>
  examples.map((example) => {
    const [flip = 0, where = 0] = uniform(fold(key, example.id), 2);
    if (flip >= rate) return example;
    return { ...example, label: (example.label + 1 + Math.floor(where * (classes - 1))) % classes };
  });

const noisy = (key: Key, name: string, task: TaskKind, train: readonly Example[], rate: number): readonly Example[] => {
  if (rate === 0) return train;
  if (task.kind !== 'classification')
    throw new BadInput(`dataset ${name}: labelNoise needs a classification task, this is ${task.kind}`);
  return flipLabels(key, task.classes.length, train, rate);
};

/**
 * Applies the options of every data set: classes to all splits, subset and label noise to train
 * only, the cap to test only.
 */
export const reshapeDataset = (key: Key, whole: Dataset, o: Reshaping): Dataset => {
  const dataset = o.onlyClasses === undefined ? whole : keepClasses(whole, o.onlyClasses);
  const { name, task, splits } = dataset;
  const kept = o.subset === null ? splits.train : subset(fold(key, 'subset'), name, task, splits.train, o.subset);
  const train = noisy(fold(key, 'label-noise'), name, task, kept, o.labelNoise);
  const changed = train.filter((example, i) => example.label !== kept[i]?.label).length;
  const test =
    o.maxTest === null ? splits.test : shuffle(fold(root(0), `max-test ${name}`), splits.test).slice(0, o.maxTest);
  const notes = [
    ...(dataset.notes ?? []),
    ...(o.labelNoise > 0 ? [`${changed} of ${train.length} training labels changed`] : []),
  ];
  return { ...dataset, splits: { ...splits, train, test }, ...(notes.length > 0 ? { notes } : {}) };
};
