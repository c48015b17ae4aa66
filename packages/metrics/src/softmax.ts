import { average } from './average.ts';
import { itemAt } from '@lab/records';
/** Rows of one number for each class (logits) or one number (a regression's prediction). */
export type Logits = readonly (readonly number[])[];

/** log(sum(exp(x))) without overflow. */
export const logSumExp = (x: readonly number[]): number => {
  const top = x.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(x.reduce((sum, value) => sum + Math.exp(value - top), 0));
};

/** Log-probabilities of one row of logits: x - logSumExp(x). */
export const logSoftmaxRow = (x: readonly number[]): number[] => {
  const total = logSumExp(x);
  return x.map((value) => value - total);
};

/** Probabilities of one row of logits. */
export const softmax = (x: readonly number[]): number[] => logSoftmaxRow(x).map(Math.exp);

/** Index of the largest value; the first one when several are equal. */
export const argmax = (x: readonly number[]): number =>
  x.reduce((best, value, i) => (value > itemAt(x, best) ? i : best), 0);

/**
 * The first m members read as one model. members: [member][example][class], m from 1 to
 * members.length. 'logits' -> mean logits; 'probabilities' -> log of the mean probability, by
 * log-sum-exp over members (no clipping). Rows of one number are a regression's predictions and are
 * averaged in both cases.
 */
export const ensembleLogits = (members: readonly Logits[], how: 'logits' | 'probabilities', m: number): number[][] => {
  if (!Number.isInteger(m) || m < 1 || m > members.length) {
    throw new RangeError(`ensemble size must be a whole number from 1 to ${members.length}; got ${m}`);
  }
  const first = members.slice(0, m);
  return itemAt(first, 0).map((row, example) => {
    const rows = first.map((member) => itemAt(member, example));
    if (how === 'logits' || row.length === 1) return row.map((_, c) => average(rows.map((r) => itemAt(r, c))));
    const logs = rows.map(logSoftmaxRow);
    return row.map((_, c) => logSumExp(logs.map((r) => itemAt(r, c))) - Math.log(m));
  });
};
