import type { TaskKind } from '@lab/metrics';
import type { RunConfig } from '@lab/records';
import type { SplitView } from '../read/assessment.ts';
import type { Outputs, Readings } from '../read/read.ts';
import type { TaskRows } from '../session/prepare.ts';
import type { Row } from '../session/rows/rows.ts';
import type { Among } from './tasks.ts';

/** Outputs of a split as they are measured. */
export interface Seen {
  readonly task: TaskKind;
  readonly rows: readonly Row[];
  readonly readings: Readings;
}

/** Outputs and labels among some of the classes alone; as they are where all count. */
export const within = ({ task, rows, readings }: Seen, among: Among | undefined): Seen => {
  if (!among || task.kind !== 'classification') return { task, rows, readings };
  const { first, count } = among;
  const cut = (outputs: Outputs): Outputs => outputs.map((row) => row.slice(first, first + count));
  const { deterministic, meanField, members } = readings;
  return {
    task: { kind: 'classification', classes: task.classes.slice(first, first + count) },
    rows: rows.map((row) => ({ ...row, example: { ...row.example, label: row.example.label - first } })),
    readings: {
      deterministic: cut(deterministic),
      meanField: meanField && cut(meanField),
      members: members.map(cut),
    },
  };
};

/**
 * How the test split of a task is measured: among all classes met, and where the head grows also
 * among its own; with heads apart among its own alone.
 */
const viewsOf = ({ name, among }: TaskRows, head: NonNullable<RunConfig['tasks']>['head']): readonly SplitView[] => {
  if (head === 'shared') return [{ name: `task:${name}` }];
  if (head === 'apart') return [{ name: `task:${name}`, among }];
  return [{ name: `task:${name}` }, { name: `told:${name}`, among }];
};

/** What a run measures of its tasks. */
export interface TaskViews {
  /** Classes of its own splits: all, or with heads apart its own task's. */
  readonly own: Pick<SplitView, 'among'>;
  /** Further views on its own test split. */
  readonly also: readonly SplitView[];
  /** Test splits of the other tasks; of all where it learns them together. */
  readonly splits: readonly (SplitView & { readonly rows: readonly Row[]; readonly also: readonly SplitView[] })[];
}

/** What a run measures of its tasks; nothing where its data set is the only one. */
export const taskViews = (config: Pick<RunConfig, 'tasks'>, known: readonly TaskRows[] = []): TaskViews => {
  const own = known.at(-1);
  if (!config.tasks || !own) return { own: {}, also: [], splits: [] };
  const { head, train } = config.tasks;
  const together = train === 'all';
  const splits = (together ? known : known.slice(0, -1)).flatMap((task) => {
    const [first, ...also] = viewsOf(task, head);
    return first ? [{ ...first, rows: task.rows, also }] : [];
  });
  return {
    own: head === 'apart' && !together ? { among: own.among } : {},
    also: together ? [] : viewsOf(own, head),
    splits,
  };
};
