import type { Evaluation, Labels, RunRecord } from '@lab/records';
import { columnsOf, type ColumnSpec, type DataColumn } from './columns.ts';

/** A finished run with the labels of its arm; none where it stands alone. */
export interface LabelledRun {
  readonly record: RunRecord;
  readonly labels: Labels;
}

interface ScoreRow extends LabelledRun {
  readonly evaluation: Evaluation;
  readonly metric: string;
  readonly value: number | null;
}

const scores = ({ record, labels }: LabelledRun): readonly ScoreRow[] =>
  record.result.evaluations.flatMap((evaluation) =>
    Object.entries(evaluation.metrics).map(([metric, value]) => ({ record, labels, evaluation, metric, value })),
  );

/** An option as text or number; a list or an object as JSON. */
const optionOf = (value: unknown): string | number | null => {
  if (value === undefined || value === null) return null;
  return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
};

const numeric = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** What identifies a run and says how it was made. */
const runColumns: readonly ColumnSpec<LabelledRun>[] = [
  { name: 'run', type: 'STRING', meaning: 'id of the run', of: ({ record }) => record.result.id },
  { name: 'status', type: 'STRING', meaning: 'done, or diverged', of: ({ record }) => record.result.status },
  { name: 'seed', type: 'INT32', meaning: 'equal seeds are paired', of: ({ record }) => record.config.seed },
  { name: 'dataset', type: 'STRING', meaning: 'data set', of: ({ record }) => record.config.dataset.name },
  { name: 'model', type: 'STRING', meaning: 'base model', of: ({ record }) => record.config.model.name },
  { name: 'adapter', type: 'STRING', meaning: 'adapter', of: ({ record }) => record.config.adapter.name },
  {
    name: 'rank',
    type: 'INT32',
    meaning: 'rank r, where it has one',
    of: ({ record: { config } }) => numeric(config.adapter['r'] ?? config.adapter['init_r']),
  },
  { name: 'method', type: 'STRING', meaning: 'dropout method', of: ({ record }) => record.config.dropout.name },
  {
    name: 'p',
    type: 'DOUBLE',
    meaning: 'dropout rate, where one number says it',
    unit: 'probability',
    of: ({ record }) => numeric(record.config.dropout['p']),
  },
  {
    name: 'dropout',
    type: 'STRING',
    meaning: 'the method with all its options',
    unit: 'JSON',
    of: ({ record }) => JSON.stringify(record.config.dropout),
  },
  { name: 'lr', type: 'DOUBLE', meaning: 'peak learning rate', of: ({ record }) => record.config.train.lr },
  { name: 'epochs', type: 'INT32', meaning: 'passes over train', of: ({ record }) => record.config.train.epochs },
  {
    name: 'headline',
    type: 'STRING',
    meaning: 'readout that the method prescribes for testing',
    of: ({ record }) => record.result.headline.readout,
  },
  {
    name: 'headline_members',
    type: 'INT32',
    meaning: 'its number of members',
    of: ({ record }) => record.result.headline.members,
  },
  { name: 'main_metric', type: 'STRING', meaning: 'main metric', of: ({ record }) => record.result.metric },
  {
    name: 'trainable',
    type: 'INT32',
    meaning: 'trained parameters, the head included',
    of: ({ record }) => record.result.counts.trainable,
  },
  {
    name: 'train_seconds',
    type: 'DOUBLE',
    meaning: 'time of training',
    unit: 'seconds',
    of: ({ record }) => record.result.cost.trainSeconds,
  },
];

const scoreColumns: readonly ColumnSpec<ScoreRow>[] = [
  {
    name: 'split',
    type: 'STRING',
    meaning: 'train, validation, test, or elsewhere:<data set>',
    of: ({ evaluation }) => evaluation.split,
  },
  {
    name: 'readout',
    type: 'STRING',
    meaning: 'how outputs were read: deterministic, mean-field, ensemble-logits, ensemble-probabilities',
    of: ({ evaluation }) => evaluation.readout,
  },
  {
    name: 'members',
    type: 'INT32',
    meaning: 'members of the ensemble; 1 for a single pass',
    of: ({ evaluation }) => evaluation.members,
  },
  { name: 'examples', type: 'INT32', meaning: 'examples read', of: ({ evaluation }) => evaluation.examples },
  { name: 'metric', type: 'STRING', meaning: 'name of the score', of: ({ metric }) => metric },
  {
    name: 'value',
    type: 'DOUBLE',
    meaning: 'the score; empty where it is undefined',
    unit: 'shares from 0 to 1 for accuracy, f1, ece, brier; nats for nll',
    of: ({ value }) => value,
  },
];

/** Axes by which any of the runs is labelled. */
const axesOf = (runs: readonly LabelledRun[]): readonly string[] => [
  ...new Set(runs.flatMap(({ labels }) => Object.keys(labels))),
];

/** A column for each axis. It holds numbers where all its labels are numbers. */
const labelColumns = (runs: readonly LabelledRun[]): readonly ColumnSpec<LabelledRun>[] =>
  axesOf(runs).map((axis) => {
    const isNumber = runs.every(({ labels }) => labels[axis] === undefined || typeof labels[axis] === 'number');
    return {
      name: `label_${axis}`,
      type: isNumber ? 'DOUBLE' : 'STRING',
      meaning: `what the experiment calls the arm on its axis ${axis}`,
      of: ({ labels }) => (isNumber ? numeric(labels[axis]) : optionOf(labels[axis])?.toString()),
    };
  });

/** One row for a run, a readout on a split, and a metric. */
export const scoreTable = (runs: readonly LabelledRun[]): readonly DataColumn[] =>
  columnsOf(runs.flatMap(scores), [...runColumns, ...labelColumns(runs), ...scoreColumns]);
