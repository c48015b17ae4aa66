import { fold, type Key } from '@lab/random';
import { BadInput, type Citation, itemAt } from '@lab/records';
import type { Read } from '../read/rows.ts';
import type { DataTable } from '../read/table.ts';
import { holdOut, usualValidation } from '../shape/holdout.ts';
import type { Dataset, Example } from '../types.ts';
import type { TaskKind } from '@lab/metrics';
import type { OwnOptions } from './own-options.ts';
import { needColumns, ownExamples, ownTask } from './own-rows.ts';

/** Tables of a person's own data; those that are absent are split off train. */
interface OwnTables {
  readonly train: DataTable;
  readonly validation?: DataTable | undefined;
  readonly test?: DataTable | undefined;
}

/** Metrics that may be a task's main one, the usual one first: those of which higher is better. */
const headlines: { readonly [kind in TaskKind['kind']]: readonly string[] } = {
  classification: ['accuracy', 'f1', 'matthews'],
  regression: ['pearson', 'spearman'],
  'extractive-qa': ['f1', 'exact'],
  'multiple-choice': ['accuracy'],
  'text-to-text': ['rouge-l', 'bleu', 'nist', 'meteor', 'cider'],
};

const metricOf = (name: string, { kind }: TaskKind, asked: string | null): string => {
  const allowed = headlines[kind];
  if (asked === null) return itemAt(allowed, 0);
  if (allowed.includes(asked)) return asked;
  throw new BadInput(
    `dataset ${name}: metric "${asked}" cannot be the main metric of a ${kind} task; allowed: ${allowed.join(', ')}`,
  );
};

/**
 * A data set of a person's own tables. Questions on one context never part when validation or test
 * are split off train.
 */
export const ownDataset = (name: string, cite: Citation, o: OwnOptions, key: Key, tables: OwnTables): Dataset => {
  for (const table of [tables.train, tables.validation, tables.test]) if (table) needColumns(table, o);
  const task = ownTask(tables.train, o);
  const metric = metricOf(name, task, o.metric);
  const read = (split: 'validation' | 'test'): Read<Example> | undefined => {
    const table = tables[split];
    return table && ownExamples(table, split, o, task);
  };
  const [all, validation, test] = [ownExamples(tables.train, 'train', o, task), read('validation'), read('test')];
  const group = task.kind === 'extractive-qa' ? ({ pair }: Example) => pair ?? '' : undefined;
  const size = all.rows.length;
  const forTest = test ? 0 : (o.testSize ?? usualValidation(size));
  const forValidation = validation ? 0 : (o.validationSize ?? usualValidation(size));
  if (forTest + forValidation >= size || (!test && forTest === 0)) {
    throw new BadInput(
      `dataset ${name}: ${tables.train.path} has ${size} usable rows, too few to split off ${forValidation} ` +
        `for validation and ${Math.max(1, forTest)} for test`,
    );
  }
  const first = holdOut(fold(key, `${name} test`), all.rows, forTest, group);
  const second = holdOut(fold(key, `${name} validation`), first.train, forValidation, group);
  const lacking = task.kind === 'extractive-qa' && all.rows.some(({ references = [] }) => references.length === 0);
  return {
    name,
    task: lacking ? { ...task, unanswerable: true } : task,
    metric,
    splits: {
      train: second.train,
      validation: validation?.rows ?? second.validation,
      test: test?.rows ?? first.validation,
    },
    licence: o.licence,
    cite,
    notes: [all, validation, test].flatMap((each) => each?.notes ?? []),
  };
};
