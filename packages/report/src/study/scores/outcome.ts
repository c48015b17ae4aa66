import { ensembleLogits, measure, topBets, type Bet, type Logits } from '@lab/metrics';
import type { Prediction, Readout } from '@lab/records';

type Scores = { readonly [metric: string]: number | null };

/**
 * How outputs are read: as a run reads them, or `single-members`: each ensemble member by itself,
 * scores averaged.
 */
export type ReadoutName = Readout | 'single-members';

const single = (row: Prediction, readout: Readout): readonly number[] | undefined =>
  readout === 'mean-field' ? row.meanField : row.deterministic;

/**
 * Outputs of test rows under a readout: [examples, classes] logits, or [examples, 1] values of a
 * regression. An ensemble of M is the first M stored members. Null where a row does not hold that
 * output.
 */
export const storedOutputs = (rows: readonly Prediction[], readout: Readout, members: number): Logits | null => {
  if (readout === 'deterministic' || readout === 'mean-field') {
    const outputs = rows.flatMap((row) => [single(row, readout)].filter((output) => output !== undefined));
    return outputs.length === rows.length ? outputs : null;
  }
  if (members < 1 || rows.length === 0) return null;
  const stored = rows.flatMap((row) => (row.members && row.members.length >= members ? [row.members] : []));
  if (stored.length < rows.length) return null;
  const byMember = Array.from({ length: members }, (_, m) => stored.map((own) => own[m] ?? []));
  return ensembleLogits(byMember, readout === 'ensemble-logits' ? 'logits' : 'probabilities', members);
};

/** Per-example results of one run under one readout, in the order of predictions.jsonl. */
export interface Outcomes {
  readonly ids: readonly string[];
  /** 1 right, 0 wrong. */
  readonly correct: Uint8Array;
  /** Probability of the predicted class. */
  readonly confidence: Float32Array;
}

const lists = new Map<string, readonly string[]>();

/** Runs that share a test set share one list of ids: ten thousand copies would not fit. */
const shared = (ids: readonly string[]): readonly string[] => {
  const name = ids.join('\u0000');
  const known = lists.get(name);
  if (known) return known;
  if (lists.size >= 1_000) lists.clear();
  lists.set(name, ids);
  return ids;
};

const isClasses = (rows: readonly Prediction[]): boolean => (rows[0]?.deterministic.length ?? 0) > 1;

/**
 * Outcomes of a classification run, or null where the readout is not stored or the task is a
 * regression (one output).
 */
export const outcomes = (rows: readonly Prediction[], readout: Readout, members: number): Outcomes | null => {
  const logits = isClasses(rows) ? storedOutputs(rows, readout, members) : null;
  if (logits === null) return null;
  const bets = topBets(
    logits,
    rows.map(({ label }) => label),
  );
  return {
    ids: shared(rows.map(({ id }) => id)),
    correct: Uint8Array.from(bets, ({ right }) => Number(right)),
    confidence: Float32Array.from(bets, ({ confidence }) => confidence),
  };
};

/** Outcomes as the calibration scores take them. */
export const betsOf = ({ correct, confidence }: Outcomes): Bet[] =>
  Array.from(confidence, (value, i) => ({ confidence: value, right: correct[i] === 1 }));

const ofClasses = ['accuracy', 'matthews', 'nll', 'brier', 'ece'];

/**
 * Accuracy, matthews, nll (nats), brier and ece of classes; pearson and mse of a regression. Null
 * without examples.
 */
export const scoreOutputs = (outputs: Logits, labels: readonly number[]): Scores | null => {
  const [first] = outputs;
  if (!first) return null;
  return first.length > 1
    ? measure({ kind: 'classification', classes: first.map((_, c) => String(c)) }, ofClasses, outputs, labels)
    : measure({ kind: 'regression', range: [-Infinity, Infinity] }, ['pearson', 'mse'], outputs, labels);
};

/**
 * Mean over the first members of what each scores by itself: what Theorem 4.5 compares the ensemble
 * with.
 */
const memberScores = (rows: readonly Prediction[], members: number): Scores | null => {
  if (members < 1 || rows.some((row) => (row.members?.length ?? 0) < members)) return null;
  const labels = rows.map(({ label }) => label);
  const each = Array.from({ length: members }, (_, m) =>
    scoreOutputs(
      rows.map((row) => row.members?.[m] ?? []),
      labels,
    ),
  );
  const [first] = each;
  if (!first) return null;
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const values = each.flatMap((scores) => scores?.[name] ?? []);
      return [name, values.length === members ? values.reduce((a, b) => a + b, 0) / members : null];
    }),
  );
};

/**
 * Metrics of test rows under a readout, computed from the stored outputs. Null where the rows do
 * not hold the readout.
 */
export const storedScores = (rows: readonly Prediction[], readout: ReadoutName, members: number): Scores | null => {
  if (readout === 'single-members') return memberScores(rows, members);
  const outputs = storedOutputs(rows, readout, members);
  return (
    outputs &&
    scoreOutputs(
      outputs,
      rows.map(({ label }) => label),
    )
  );
};
