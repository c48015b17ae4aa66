import { BadInput, itemAt } from '@lab/records';
import type { TaskKind } from './task.ts';
import { calibrationError, classwiseError, equalMass, equalWidth, topBets } from './calibration/calibration.ts';
import { accuracy, brier, f1, matthews, nll } from './classification.ts';
import { mse, pearson, spearman } from './regression.ts';
import { aurc } from './calibration/selective.ts';
import type { Logits } from './softmax.ts';

type Metric = (logits: Logits, labels: readonly number[], classes: number) => number | null;

const classification: { readonly [name: string]: Metric } = {
  accuracy,
  f1,
  matthews,
  nll,
  brier,
  ece: (logits, labels) => calibrationError(equalWidth(topBets(logits, labels), 15)),
  'ece-mass': (logits, labels) => calibrationError(equalMass(topBets(logits, labels), 15)),
  'ece-10': (logits, labels) => calibrationError(equalWidth(topBets(logits, labels), 10)),
  'ece-classwise': (logits, labels, classes) => classwiseError(logits, labels, classes, 15, 'width'),
  'ece-adaptive': (logits, labels, classes) => classwiseError(logits, labels, classes, 15, 'mass'),
  aurc,
};

const predictions = (logits: Logits): number[] => logits.map((row) => itemAt(row, 0));

const regression: { readonly [name: string]: Metric } = {
  pearson: (logits, labels) => pearson(predictions(logits), labels),
  spearman: (logits, labels) => spearman(predictions(logits), labels),
  mse: (logits, labels) => mse(predictions(logits), labels),
};

const metricsOf = (task: TaskKind): { readonly [name: string]: Metric } =>
  task.kind === 'classification' ? classification : task.kind === 'regression' ? regression : {};

/**
 * Metrics of a task. logits: [examples, classes], or [examples, 1] for a regression; labels: class
 * indices or target values. `names` undefined means all of the task's. Undefined values (no
 * examples, an output that is not finite, a constant side of a correlation) are null. Throws
 * `BadInput` for a metric the task does not have, RangeError when logits and labels do not fit.
 */
export const measure = (
  task: TaskKind,
  names: readonly string[] | undefined,
  logits: Logits,
  labels: readonly number[],
): Record<string, number | null> => {
  const known = metricsOf(task);
  const wanted = names ?? Object.keys(known);
  const wrong = wanted.find((name) => !Object.hasOwn(known, name));
  if (wrong !== undefined) {
    throw new BadInput(
      `unknown metric "${wrong}" for a ${task.kind} task; allowed: ${Object.keys(known).join(', ') || 'none'}`,
    );
  }
  if (logits.length !== labels.length)
    throw new RangeError(`${logits.length} rows of logits for ${labels.length} labels`);
  const classes = task.kind === 'classification' ? task.classes.length : 1;
  logits.forEach(({ length }, i) => {
    if (length !== classes) throw new RangeError(`row ${i} has ${length} outputs, the task has ${classes}`);
  });
  const usable = labels.length > 0 && logits.every((row) => row.every(Number.isFinite));
  return Object.fromEntries(
    wanted.map((name) => {
      const value = usable ? (known[name]?.(logits, labels, classes) ?? null) : null;
      return [name, value !== null && Number.isFinite(value) ? value : null];
    }),
  );
};
