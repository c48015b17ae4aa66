import { itemAt } from '@lab/records';
import { logSoftmaxRows, softmaxRows } from './combine.ts';

/** -log p(label) of every example, nats; logits [n C] (log probabilities are logits too). */
export const negLogLikelihood = (logits: Float64Array, labels: ArrayLike<number>, classes: number): Float64Array => {
  const logs = logSoftmaxRows(logits, classes);
  return Float64Array.from(labels, (label, i) => -itemAt(logs, i * classes + label));
};

/** Squared distance of the probabilities from the label's corner (Brier), of every example. */
export const brierRows = (logits: Float64Array, labels: ArrayLike<number>, classes: number): Float64Array => {
  const p = softmaxRows(logits, classes);
  return Float64Array.from(labels, (label, i) => {
    let total = 0;
    for (let c = 0; c < classes; c++) total += (itemAt(p, i * classes + c) - (c === label ? 1 : 0)) ** 2;
    return total;
  });
};

/** 1 where the largest logit is not the label's, of every example. */
export const zeroOne = (logits: Float64Array, labels: ArrayLike<number>, classes: number): Float64Array =>
  Float64Array.from(labels, (label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    return row[label] === Math.max(...row) ? 0 : 1;
  });
