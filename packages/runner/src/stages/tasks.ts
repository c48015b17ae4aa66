import type { Dataset, Example } from '@lab/datasets';
import { BadInput, itemAt, type RunConfig } from '@lab/records';

/** A run of neighbouring classes among the outputs. */
export interface Among {
  readonly first: number;
  readonly count: number;
}

/** The test split of a task, its labels counted among the classes of all tasks. */
export interface KnownTask {
  readonly name: string;
  readonly test: readonly Example[];
  /** Its own classes. */
  readonly among: Among;
}

/** The data of a run that knows several tasks, as one data set. */
export interface JoinedTasks {
  readonly dataset: Dataset;
  /** Classes of earlier stages, which come first among the outputs and are not trained. */
  readonly before: number;
  /** All tasks, its own last; none where the data set is the only one. */
  readonly known: readonly KnownTask[];
}

interface Named {
  readonly name: string;
  readonly dataset: Dataset;
}

const classesOf = ({ name, dataset: { task } }: Named): readonly string[] => {
  if (task.kind === 'classification') return task.classes;
  throw new BadInput(`tasks: "${name}" is a ${task.kind} task; a sequence is of classification tasks`);
};

/** Throws `BadInput` where a task has other classes than the last one. */
const checkSame = (tasks: readonly Named[], own: Named): readonly string[] => {
  const classes = classesOf(own);
  const other = tasks.find((task) => classesOf(task).join('\n') !== classes.join('\n'));
  if (other)
    throw new BadInput(
      `tasks: "${other.name}" has the classes ${classesOf(other).join(', ')}, and "${own.name}" has ` +
        `${classes.join(', ')}; a shared head needs the same (tasks.head: growing or apart)`,
    );
  return classes;
};

/** Throws `BadInput` where a class is in two tasks. */
const checkApart = (tasks: readonly Named[]): readonly string[] => {
  const owner = new Map<string, string>();
  for (const task of tasks)
    for (const label of classesOf(task)) {
      const first = owner.get(label);
      if (first !== undefined)
        throw new BadInput(
          `tasks: the class "${label}" is in "${first}" and in "${task.name}"; a growing head has every class once`,
        );
      owner.set(label, task.name);
    }
  return [...owner.keys()];
};

/**
 * Throws `BadInput` where some tasks are of pairs and others of single texts, and `apart` says that
 * the model encodes the texts of a pair each by itself: no head reads both.
 */
export const checkTexts = (own: Dataset, others: readonly Dataset[], apart: (dataset: Dataset) => boolean): void => {
  const other = others.find((dataset) => apart(dataset) !== apart(own));
  if (!other) return;
  const [pairs, single] = apart(own) ? [own, other] : [other, own];
  throw new BadInput(
    `tasks: ${pairs.name} is of pairs and ${single.name} of single texts, and this model encodes the texts of a pair ` +
      'each by itself, so no head reads both',
  );
};

const shifted = (examples: readonly Example[], by: number): readonly Example[] =>
  by === 0 ? examples : examples.map((example) => ({ ...example, label: example.label + by }));

const splitsOf = ({ splits: { train, validation, test } }: Dataset, by: number): Dataset['splits'] => ({
  train: shifted(train, by),
  validation: shifted(validation, by),
  test: shifted(test, by),
});

/**
 * The tasks of a run as one data set: outputs are the classes of all tasks, those of its own task
 * last, and labels are counted among them. Trained on is its own task, or all of them. Throws
 * `BadInput` for tasks that are no classification, for a class in two tasks of a growing head, and
 * for different classes under a shared one.
 */
export const joinTasks = (tasks: RunConfig['tasks'], own: Dataset, others: readonly Dataset[]): JoinedTasks => {
  if (!tasks) return { dataset: own, before: 0, known: [] };
  const { head, train } = tasks;
  const last = { name: tasks.own, dataset: own };
  const all = [...tasks.others.map(({ name }, i) => ({ name, dataset: itemAt(others, i) })), last];
  const named = all.flatMap((task) => classesOf(task).map((label) => `${task.name}: ${label}`));
  const classes = head === 'shared' ? checkSame(all, last) : head === 'growing' ? checkApart(all) : named;
  const counts = all.map((task) => classesOf(task).length);
  const firsts = counts.map((_, i) => (head === 'shared' ? 0 : counts.slice(0, i).reduce((a, b) => a + b, 0)));
  const known = all.map(({ name, dataset }, i) => {
    const among = { first: itemAt(firsts, i), count: itemAt(counts, i) };
    return { name, splits: splitsOf(dataset, among.first), among };
  });
  const learnt = train === 'all' ? known : known.slice(-1);
  const together = (split: 'train' | 'validation' | 'test') => learnt.flatMap(({ splits }) => splits[split]);
  return {
    dataset: {
      ...own,
      task: { kind: 'classification', classes },
      metric: head === 'growing' ? 'accuracy' : own.metric,
      splits: { train: together('train'), validation: together('validation'), test: together('test') },
    },
    before: train === 'all' ? 0 : itemAt(firsts, all.length - 1),
    known: known.map(({ name, splits, among }) => ({ name, test: splits.test, among })),
  };
};
