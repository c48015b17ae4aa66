import { average } from './average.ts';
import { itemAt } from '@lab/records';
import { argmax, logSumExp, softmax, type Logits } from './softmax.ts';

type Labels = readonly number[];

const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
const columnTotal = (counts: readonly (readonly number[])[], c: number): number =>
  total(counts.map((row) => itemAt(row, c)));

/** counts[label][predicted], classes x classes. */
export const confusion = (predicted: Labels, labels: Labels, classes: number): number[][] => {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => {
    const row = itemAt(counts, label);
    const c = itemAt(predicted, i);
    row[c] = itemAt(row, c) + 1;
  });
  return counts;
};

/** Share of examples whose largest logit is the label's (the first class wins a tie), in [0, 1]. */
export const accuracy = (logits: Logits, labels: Labels): number =>
  average(labels.map((label, i) => (argmax(itemAt(logits, i)) === label ? 1 : 0)));

/**
 * 2 TP / (2 TP + FP + FN) of one class; null when the class is neither a label nor a prediction.
 */
const f1Of = (counts: readonly (readonly number[])[], c: number): number | null => {
  const row = itemAt(counts, c);
  const occurrences = total(row) + columnTotal(counts, c);
  return occurrences === 0 ? null : (2 * itemAt(row, c)) / occurrences;
};

/**
 * F1 in [0, 1]. Two classes: of class 1. More: the plain mean over classes that occur as label or
 * prediction (as scikit-learn's macro). Null when no class counts.
 */
export const f1 = (logits: Logits, labels: Labels, classes: number): number | null => {
  const counts = confusion(logits.map(argmax), labels, classes);
  if (classes === 2) return f1Of(counts, 1);
  const each = counts.map((_, c) => f1Of(counts, c)).filter((value) => value !== null);
  return each.length === 0 ? null : average(each);
};

/**
 * Matthews correlation in [-1, 1], for any number of classes (Gorodkin 2004, eq. 8). Zero when
 * labels or predictions are constant, the convention of scikit-learn and GLUE.
 */
export const matthews = (logits: Logits, labels: Labels, classes: number): number => {
  const counts = confusion(logits.map(argmax), labels, classes);
  const n = labels.length;
  const right = total(counts.map((row, c) => itemAt(row, c)));
  const labelled = counts.map(total);
  const predicted = counts.map((_, c) => columnTotal(counts, c));
  const dot = (a: readonly number[], b: readonly number[]) => total(a.map((value, i) => value * itemAt(b, i)));
  const spread = (n * n - dot(predicted, predicted)) * (n * n - dot(labelled, labelled));
  return spread === 0 ? 0 : (right * n - dot(labelled, predicted)) / Math.sqrt(spread);
};

/** Mean negative log-likelihood of the labels, in nats, by log-sum-exp and without clipping. */
export const nll = (logits: Logits, labels: Labels): number =>
  average(
    labels.map((label, i) => {
      const row = itemAt(logits, i);
      return logSumExp(row) - itemAt(row, label);
    }),
  );

/**
 * Mean squared distance of probabilities and one-hot labels, summed over classes: 0 to 2 (Brier
 * 1950).
 */
export const brier = (logits: Logits, labels: Labels): number =>
  average(labels.map((label, i) => total(softmax(itemAt(logits, i)).map((p, c) => (p - (c === label ? 1 : 0)) ** 2))));
