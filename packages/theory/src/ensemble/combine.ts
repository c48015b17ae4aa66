import { itemAt } from '@lab/records';
import { average } from '@lab/metrics';

/** Mean of the members' logits. */
export const averageLogits = (members: readonly Float64Array[]): Float64Array =>
  itemAt(members, 0).map((_, i) => average(members.map((z) => itemAt(z, i))));

/** log softmax of each row of C logits. */
export const logSoftmaxRows = (logits: Float64Array, classes: number): Float64Array => {
  const out = Float64Array.from(logits);
  for (let at = 0; at < out.length; at += classes) {
    const row = out.subarray(at, at + classes);
    const top = Math.max(...row);
    const log = top + Math.log(row.reduce((s, z) => s + Math.exp(z - top), 0));
    row.forEach((z, c) => (row[c] = z - log));
  }
  return out;
};

/** softmax of each row. */
export const softmaxRows = (logits: Float64Array, classes: number): Float64Array =>
  logSoftmaxRows(logits, classes).map(Math.exp);

/** Logarithm of the members' mean probabilities. */
export const averageProbabilities = (members: readonly Float64Array[], classes: number): Float64Array =>
  averageLogits(members.map((z) => softmaxRows(z, classes))).map(Math.log);
