import type { CurvePoint, Evaluation, Readout } from '@lab/records';
import { outcomes, type Outcomes, measure } from './outcome.ts';
import { type Cell, force, type Label } from './study.ts';

/** Which output is scored: the method's own, one by name, or `ensemble` (the run's ensemble, whichever kind it is). */
export type ReadoutChoice = 'own' | 'ensemble' | Readout;

/** A readout with its ensemble size; 1 for single passes. */
export interface Reading {
  readonly readout: Readout;
  readonly members: number;
}

const choices: readonly string[] = [
  'own',
  'ensemble',
  'deterministic',
  'mean-field',
  'ensemble-logits',
  'ensemble-probabilities',
];

export const isChoice = (value: unknown): value is ReadoutChoice => choices.includes(value as string);

const scalar = (value: unknown): Label | undefined =>
  typeof value === 'string' || typeof value === 'number' ? value : undefined;

/** Value of an axis: what the experiment labelled, else what the config says. Undefined where neither knows it. */
export const axis = ({ labels, record: { config } }: Cell, name: string): Label | undefined => {
  if (labels[name] !== undefined) return labels[name];
  if (name === 'method') return config.dropout.name;
  if (name === 'dataset' || name === 'model' || name === 'adapter') return config[name].name;
  if (name === 'seed' || name === 'select') return config[name];
  return scalar(config.dropout[name]) ?? scalar(config.adapter[name]);
};

/** Name of the task a run belongs to; scores are paired and averaged within it. */
export const taskOf = (cell: Cell): string => String(axis(cell, 'dataset'));
export const seedOf = (cell: Cell): number => Number(axis(cell, 'seed'));

const isEnsemble = (readout: Readout): boolean => readout.startsWith('ensemble');

/** Sizes of an ensemble readout that the run's test evaluations hold, rising. */
export const ensembleSizes = ({ record: { result } }: Cell, readout: Readout): number[] =>
  [
    ...new Set(result.evaluations.filter((e) => e.split === 'test' && e.readout === readout).map((e) => e.members)),
  ].sort((a, b) => a - b);

const ensembleOf = ({ record: { result } }: Cell): Readout =>
  isEnsemble(result.headline.readout) ? result.headline.readout : 'ensemble-logits';

/** What a choice means for one run; null where the run has no such output. */
export const reading = (cell: Cell, choice: ReadoutChoice, members?: number): Reading | null => {
  const { headline } = cell.record.result;
  if (choice === 'own') return members && isEnsemble(headline.readout) ? { ...headline, members } : headline;
  const readout = choice === 'ensemble' ? ensembleOf(cell) : choice;
  if (!isEnsemble(readout)) return { readout, members: 1 };
  const sizes = ensembleSizes(cell, readout);
  const size = members ?? (readout === headline.readout ? headline.members : sizes.at(-1));
  return size === undefined ? null : { readout, members: size };
};

const evaluation = (cell: Cell, split: Evaluation['split'], { readout, members }: Reading): Evaluation | undefined =>
  cell.record.result.evaluations.find(
    (e) => e.split === split && e.readout === readout && (!isEnsemble(readout) || e.members === members),
  );

const curves = new WeakMap<Cell, readonly CurvePoint[]>();

/** Evaluations along training, read once. */
export const curve = (cell: Cell): readonly CurvePoint[] => {
  const known = curves.get(cell);
  if (known) return known;
  const read = force(cell.curve);
  curves.set(cell, read);
  return read;
};

const read = new WeakMap<Cell, Map<string, Outcomes | null>>();
const nameOf = ({ readout, members }: Reading): string => `${readout}|${members}`;

/**
 * Per-example outcomes under a reading, or null. Predictions are large, so they are read once, turned into the outcomes of every
 * readout that tables commonly ask for, and let go.
 */
export const outcomesOf = (cell: Cell, wanted: Reading): Outcomes | null => {
  const held = read.get(cell) ?? new Map<string, Outcomes | null>();
  const name = nameOf(wanted);
  if (!held.has(name)) {
    read.set(cell, held);
    const rows = force(cell.predictions);
    const usual: readonly Reading[] = [
      { readout: 'deterministic', members: 1 },
      { readout: 'mean-field', members: 1 },
      cell.record.result.headline,
    ];
    for (const r of [wanted, ...usual]) {
      if (!held.has(nameOf(r))) held.set(nameOf(r), outcomes(rows, r.readout, r.members));
    }
  }
  return held.get(name) ?? null;
};

/** A gap compares one readout on both splits: the wanted one where the training split has it, else mean-field, else deterministic. */
const sameOnTrain = (cell: Cell, wanted: Reading): Reading | null =>
  [wanted, { readout: 'mean-field', members: 1 } as const, { readout: 'deterministic', members: 1 } as const].find(
    (r) => evaluation(cell, 'train', r) !== undefined,
  ) ?? null;

const computed = ['accuracy', 'nll', 'brier', 'ece'];

const difference = (a: number | null | undefined, b: number | null | undefined): number | null =>
  a === null || a === undefined || b === null || b === undefined ? null : a - b;

const cost = ({ record: { result } }: Cell, metric: string): number | undefined => {
  if (metric === 'trainable') return result.counts.trainable;
  if (metric === 'seconds') return result.cost.seconds;
  if (metric === 'train-seconds') return result.cost.trainSeconds;
  if (metric === 'memory') return result.cost.peakMemoryMB;
  return undefined;
};

/**
 * One number of one run: a test metric under a reading (`score` is the task's main metric), a gap between train and test, or a cost.
 * Stored evaluations are used; an ensemble size without one is computed from the stored members. Null where unknown or diverged.
 */
export const value = (cell: Cell, metric: string, r: Reading | null): number | null => {
  const { result } = cell.record;
  const spent = cost(cell, metric);
  if (spent !== undefined) return spent;
  if (r === null || result.status !== 'done') return null;
  const name = metric === 'score' ? result.metric : metric;
  if (name === 'gap' || name === 'gap-nll') {
    const of = name === 'gap' ? result.metric : 'nll';
    const single = sameOnTrain(cell, r);
    const train = single && evaluation(cell, 'train', single)?.metrics[of];
    const test = single && evaluation(cell, 'test', single)?.metrics[of];
    return name === 'gap' ? difference(train, test) : difference(test, train);
  }
  const stored = evaluation(cell, 'test', r);
  if (stored && name in stored.metrics) return stored.metrics[name] ?? null;
  if (!computed.includes(name)) return null;
  const o = outcomesOf(cell, r);
  return o === null ? null : (measure(o)[name] ?? null);
};
