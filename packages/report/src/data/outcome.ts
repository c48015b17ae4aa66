import type { Prediction, Readout } from '@lab/records';

/** Softmax of one row of logits, shifted by its maximum. */
export const softmax = (logits: readonly number[]): number[] => {
  const top = Math.max(...logits);
  const raised = logits.map((g) => Math.exp(g - top));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((v) => v / sum);
};

const average = (rows: readonly (readonly number[])[]): number[] =>
  rows[0]!.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length);

/** ln of the softmax of one row, by log-sum-exp: no clipping of small probabilities. */
const logSoftmax = (logits: readonly number[]): number[] => {
  const top = Math.max(...logits);
  const lse = top + Math.log(logits.reduce((sum, g) => sum + Math.exp(g - top), 0));
  return logits.map((g) => g - lse);
};

/**
 * ln probabilities of one example under a readout; null where the run does not hold that output.
 * An ensemble of M is the first M members: the mean of their logits, or of their probabilities.
 */
export const logProbabilities = (row: Prediction, readout: Readout, members: number): number[] | null => {
  if (readout === 'quiet') return logSoftmax(row.quiet);
  if (readout === 'mean-field') return row.meanField ? logSoftmax(row.meanField) : null;
  const some = row.members;
  if (!some || members < 1 || some.length < members) return null;
  const used = some.slice(0, members);
  return readout === 'ensemble-logits'
    ? logSoftmax(average(used))
    : average(used.map(logSoftmax).map((r) => r.map(Math.exp))).map(Math.log);
};

/** Predicted value of a regression under a readout, or null. */
export const predictedValue = (row: Prediction, readout: Readout, members: number): number | null => {
  if (readout === 'quiet') return row.quiet[0]!;
  if (readout === 'mean-field') return row.meanField?.[0] ?? null;
  const some = row.members;
  return !some || members < 1 || some.length < members ? null : average(some.slice(0, members))[0]!;
};

/** Per-example results of one run under one readout, in the order of predictions.jsonl. */
export interface Outcomes {
  readonly ids: readonly string[];
  /** 1 right, 0 wrong. */
  readonly correct: Uint8Array;
  /** Negative log-likelihood of the label, nats. */
  readonly nll: Float64Array;
  /** Squared distance to the label's unit vector, summed over classes (0 to 2). */
  readonly brier: Float64Array;
  /** Probability of the predicted class. */
  readonly confidence: Float64Array;
}

/** Outcomes of a classification run, or null where the readout is not stored or the task is a regression (one output). */
export const outcomes = (rows: readonly Prediction[], readout: Readout, members: number): Outcomes | null => {
  const n = rows.length;
  if (n === 0 || rows[0]!.quiet.length < 2) return null;
  const out = {
    ids: rows.map(({ id }) => id),
    correct: new Uint8Array(n),
    nll: new Float64Array(n),
    brier: new Float64Array(n),
    confidence: new Float64Array(n),
  };
  for (let i = 0; i < n; i++) {
    const row = rows[i]!;
    const logs = logProbabilities(row, readout, members);
    if (!logs) return null;
    let best = 0;
    for (let j = 1; j < logs.length; j++) if (logs[j]! > logs[best]!) best = j;
    out.correct[i] = best === row.label ? 1 : 0;
    out.nll[i] = -logs[row.label]!;
    out.confidence[i] = Math.exp(logs[best]!);
    out.brier[i] = logs.reduce((sum, l, j) => sum + (Math.exp(l) - (j === row.label ? 1 : 0)) ** 2, 0);
  }
  return out;
};

/** One bin of a reliability diagram. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean correctness and mean confidence; NaN in an empty bin. */
  readonly accuracy: number;
  readonly confidence: number;
}

/** Equal-width bins of the top-class confidence, closed on the right; the first also holds 0. */
export const bins = (o: Pick<Outcomes, 'correct' | 'confidence'>, count = 15): Bin[] => {
  const n = new Float64Array(count);
  const right = new Float64Array(count);
  const sure = new Float64Array(count);
  for (let i = 0; i < o.correct.length; i++) {
    const at = Math.min(count - 1, Math.max(0, Math.ceil(o.confidence[i]! * count) - 1));
    n[at]! += 1;
    right[at]! += o.correct[i]!;
    sure[at]! += o.confidence[i]!;
  }
  return Array.from(n, (c, b) => ({
    from: b / count,
    to: (b + 1) / count,
    count: c,
    accuracy: right[b]! / c,
    confidence: sure[b]! / c,
  }));
};

/** Expected calibration error: the gap between confidence and accuracy, averaged over examples. Fraction. */
export const ece = (o: Pick<Outcomes, 'correct' | 'confidence'>, count = 15): number =>
  bins(o, count).reduce((sum, b) => (b.count === 0 ? sum : sum + b.count * Math.abs(b.accuracy - b.confidence)), 0) /
  o.correct.length;

const total = (values: Uint8Array | Float64Array): number => {
  let sum = 0;
  for (const v of values) sum += v;
  return sum;
};

/** Metrics of outcomes by name; ECE with 15 equal-width bins. */
export const measure = (o: Outcomes): { readonly [metric: string]: number } => {
  const n = o.correct.length;
  return { accuracy: total(o.correct) / n, nll: total(o.nll) / n, brier: total(o.brier) / n, ece: ece(o) };
};
