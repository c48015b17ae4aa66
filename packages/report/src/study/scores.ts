import type { Prediction, Readout } from '@lab/records';
import { logProbabilities, measure, outcomes, predictedValue } from './outcome.ts';

type Scores = { readonly [metric: string]: number };

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Pearson correlation; NaN where a side is constant. */
const pearson = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [sum(x) / x.length, sum(y) / y.length];
  const moment = (a: readonly number[], ma: number, b: readonly number[], mb: number): number =>
    sum(a.map((v, i) => (v - ma) * (b[i]! - mb)));
  return moment(x, mx, y, my) / Math.sqrt(moment(x, mx, x, mx) * moment(y, my, y, my));
};

/** Matthews correlation for any number of classes (Gorodkin 2004, Eq. 8); 0 where labels or predictions are constant. */
const matthews = (predicted: readonly number[], labels: readonly number[], classes: number): number => {
  const n = labels.length;
  const count = (of: readonly number[]): number[] =>
    Array.from({ length: classes }, (_, c) => of.filter((v) => v === c).length);
  const [p, l] = [count(predicted), count(labels)];
  const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((v, c) => v * b[c]!));
  const right = labels.filter((label, i) => label === predicted[i]).length;
  const spread = (n * n - dot(p, p)) * (n * n - dot(l, l));
  return spread === 0 ? 0 : (right * n - dot(p, l)) / Math.sqrt(spread);
};

/**
 * Metrics of test rows under a readout, counted from the stored outputs: accuracy, matthews, nll (nats), brier, ece of classes;
 * pearson and mse of values (their ensembles average values, however they are named). Null where the rows do not hold the readout.
 */
export const scoresOf = (rows: readonly Prediction[], readout: Readout, members: number): Scores | null => {
  const classes = rows[0]?.deterministic.length ?? 0;
  const labels = rows.map(({ label }) => label);
  if (classes < 2) {
    const values = rows.map((row) => predictedValue(row, readout, members));
    if (values.length === 0 || values.includes(null)) return null;
    const known = values as readonly number[];
    return { pearson: pearson(known, labels), mse: sum(known.map((v, i) => (v - labels[i]!) ** 2)) / labels.length };
  }
  const found = outcomes(rows, readout, members);
  if (!found) return null;
  const predicted = rows.map((row) => {
    const logs = logProbabilities(row, readout, members)!;
    return logs.indexOf(Math.max(...logs));
  });
  return { ...measure(found), matthews: matthews(predicted, labels, classes) };
};
