import type { Prediction, Readout } from '@lab/records';

/** Softmax of one row of logits, shifted by its maximum. */
export const softmax = (logits: readonly number[]): number[] => {
  const top = Math.max(...logits);
  const raised = logits.map((g) => Math.exp(g - top));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((v) => v / sum);
};

/** Writes ln softmax of `from` into `out`, by log-sum-exp: no clipping of small probabilities. */
const writeLogSoftmax = (from: ArrayLike<number>, out: Float64Array): void => {
  let top = -Infinity;
  for (let j = 0; j < from.length; j++) if (from[j]! > top) top = from[j]!;
  let sum = 0;
  for (let j = 0; j < from.length; j++) sum += Math.exp(from[j]! - top);
  const lse = top + Math.log(sum);
  for (let j = 0; j < from.length; j++) out[j] = from[j]! - lse;
};

/** Writes ln probabilities of one example into `out`; false where the run does not hold that output. Runs a million times a report. */
const writeLogProbabilities = (row: Prediction, readout: Readout, members: number, out: Float64Array): boolean => {
  const single = readout === 'deterministic' ? row.deterministic : readout === 'mean-field' ? row.meanField : undefined;
  if (single) writeLogSoftmax(single, out);
  if (readout === 'deterministic' || readout === 'mean-field') return single !== undefined;
  const some = row.members;
  if (!some || members < 1 || some.length < members) return false;
  const mean = new Float64Array(out.length);
  for (let m = 0; m < members; m++) {
    if (readout === 'ensemble-logits') for (let j = 0; j < mean.length; j++) mean[j]! += some[m]![j]! / members;
    else {
      writeLogSoftmax(some[m]!, out);
      for (let j = 0; j < mean.length; j++) mean[j]! += Math.exp(out[j]!) / members;
    }
  }
  if (readout === 'ensemble-logits') writeLogSoftmax(mean, out);
  else for (let j = 0; j < mean.length; j++) out[j] = Math.log(mean[j]!);
  return true;
};

/**
 * ln probabilities of one example under a readout; null where the run does not hold that output.
 * An ensemble of M is the first M members: the mean of their logits, or of their probabilities.
 */
export const logProbabilities = (row: Prediction, readout: Readout, members: number): number[] | null => {
  const out = new Float64Array(row.deterministic.length);
  return writeLogProbabilities(row, readout, members, out) ? Array.from(out) : null;
};

/** Predicted value of a regression under a readout, or null. */
export const predictedValue = (row: Prediction, readout: Readout, members: number): number | null => {
  if (readout === 'deterministic') return row.deterministic[0]!;
  if (readout === 'mean-field') return row.meanField?.[0] ?? null;
  const some = row.members;
  return !some || members < 1 || some.length < members
    ? null
    : some.slice(0, members).reduce((sum, [v]) => sum + v!, 0) / members;
};

/** Per-example results of one run under one readout, in the order of predictions.jsonl. */
export interface Outcomes {
  readonly ids: readonly string[];
  /** 1 right, 0 wrong. */
  readonly correct: Uint8Array;
  /** Negative log-likelihood of the label, nats. */
  readonly nll: Float32Array;
  /** Squared distance to the label's unit vector, summed over classes (0 to 2). */
  readonly brier: Float32Array;
  /** Probability of the predicted class. */
  readonly confidence: Float32Array;
}

/** Outcomes of a classification run, or null where the readout is not stored or the task is a regression (one output). */
const lists = new Map<string, readonly string[]>();

/** Runs that share a test set share one list of ids: ten thousand copies would not fit. */
const shared = (ids: readonly string[]): readonly string[] => {
  const name = ids.join('\u0000');
  if (!lists.has(name)) {
    if (lists.size >= 1_000) lists.clear();
    lists.set(name, ids);
  }
  return lists.get(name)!;
};

export const outcomes = (rows: readonly Prediction[], readout: Readout, members: number): Outcomes | null => {
  const n = rows.length;
  if (n === 0 || rows[0]!.deterministic.length < 2) return null;
  const logs = new Float64Array(rows[0]!.deterministic.length);
  const out = {
    ids: shared(rows.map(({ id }) => id)),
    correct: new Uint8Array(n),
    nll: new Float32Array(n),
    brier: new Float32Array(n),
    confidence: new Float32Array(n),
  };
  for (let i = 0; i < n; i++) {
    const row = rows[i]!;
    if (!writeLogProbabilities(row, readout, members, logs)) return null;
    let best = 0;
    for (let j = 1; j < logs.length; j++) if (logs[j]! > logs[best]!) best = j;
    out.correct[i] = best === row.label ? 1 : 0;
    out.nll[i] = -logs[row.label]!;
    out.confidence[i] = Math.exp(logs[best]!);
    let brier = 0;
    for (let j = 0; j < logs.length; j++) brier += (Math.exp(logs[j]!) - (j === row.label ? 1 : 0)) ** 2;
    out.brier[i] = brier;
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

const total = (values: Uint8Array | Float32Array): number => {
  let sum = 0;
  for (const v of values) sum += v;
  return sum;
};

/** Metrics of outcomes by name; ECE with 15 equal-width bins. */
export const measure = (o: Outcomes): { readonly [metric: string]: number } => {
  const n = o.correct.length;
  return { accuracy: total(o.correct) / n, nll: total(o.nll) / n, brier: total(o.brier) / n, ece: ece(o) };
};
