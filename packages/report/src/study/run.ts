import { evaluationAs } from '@lab/records';
import type { CurvePoint, Evaluation, Label, Prediction, Readout } from '@lab/records';
import { calibratedNames, calibratedScores, type Labelled } from './scores/calibrated.ts';
import { type Outcomes, outcomes, storedOutputs, type ReadoutName, storedScores } from './scores/outcome.ts';
import { splitAndMetric } from './scores/metric.ts';
import { type ScoreRange, scoreRange } from '../stats/skill.ts';
import { type Cell, force } from './study.ts';

const choices = [
  'own',
  'ensemble',
  'deterministic',
  'mean-field',
  'ensemble-logits',
  'ensemble-probabilities',
  'single-members',
] as const satisfies readonly ('own' | 'ensemble' | ReadoutName)[];

/**
 * Which output is scored: the method's own, one by name, or `ensemble` (the run's ensemble,
 * whichever kind it is).
 */
export type ReadoutChoice = (typeof choices)[number];

/** A readout with its ensemble size; 1 for single passes. */
export interface RunReading {
  readonly readout: ReadoutName;
  readonly members: number;
}

/** The choice that a label `readout` names; undefined where it names none. */
export const choiceNamed = (label: Label | undefined): ReadoutChoice | undefined =>
  choices.find((choice) => choice === label);

const scalar = (value: unknown): Label | undefined =>
  typeof value === 'string' || typeof value === 'number' ? value : undefined;

/** A data set's name; one's own file or repository is called by it, without folder and ending. */
const datasetName = ({ name, repo, train }: Cell['record']['config']['dataset']): string => {
  const path = name === 'hub' ? repo : name === 'file' ? train : undefined;
  return typeof path === 'string' ? path.replace(/^.*[\\/]/, '').replace(/\.[^.]+$/, '') : name;
};

/**
 * Value of an axis: what the experiment labelled, else what the config says. Undefined where
 * neither knows it.
 */
export const axis = ({ labels, record: { config } }: Cell, name: string): Label | undefined => {
  if (Object.hasOwn(labels, name)) return labels[name];
  if (name === 'method') return config.dropout.name;
  if (name === 'dataset') return datasetName(config.dataset);
  if (name === 'model' || name === 'adapter') return config[name].name;
  if (name === 'seed' || name === 'select') return config[name];
  return scalar(config.dropout[name]) ?? scalar(config.adapter[name]);
};

/** Name of the task a run belongs to; scores are paired and averaged within it. */
export const taskOf = (cell: Cell): string => String(axis(cell, 'dataset'));
/** The run's seed, by which runs of different arms are paired. */
export const seedOf = (cell: Cell): number => Number(axis(cell, 'seed'));

const isEnsemble = (readout: ReadoutName): boolean => readout.startsWith('ensemble');

const sizesIn = (cells: readonly Cell[], fits: (readout: Readout) => boolean): number[] => {
  const tested = cells.flatMap(({ record: { result } }) => result.evaluations.filter((e) => e.split === 'test'));
  return [...new Set(tested.filter((e) => fits(e.readout)).map((e) => e.members))].sort((a, b) => a - b);
};

/** Ensemble sizes that any of the runs was tested with, rising; all kinds of ensemble together. */
export const sizesOf = (cells: readonly Cell[]): number[] => sizesIn(cells, isEnsemble);

const ensembleOf = ({ record: { result } }: Cell): Readout =>
  isEnsemble(result.headline.readout) ? result.headline.readout : 'ensemble-logits';

/** What a choice means for one run; null where the run has no such output. */
export const reading = (cell: Cell, choice: ReadoutChoice, members?: number): RunReading | null => {
  const { headline } = cell.record.result;
  if (choice === 'own') return members && isEnsemble(headline.readout) ? { ...headline, members } : headline;
  if (choice === 'single-members') {
    const most = members ?? reading(cell, 'ensemble')?.members;
    return most === undefined ? null : { readout: choice, members: most };
  }
  const readout = choice === 'ensemble' ? ensembleOf(cell) : choice;
  if (!isEnsemble(readout)) return { readout, members: 1 };
  const largest = sizesIn([cell], (other) => other === readout).at(-1);
  const size = members ?? (readout === headline.readout ? headline.members : largest);
  return size === undefined ? null : { readout, members: size };
};

const evaluation = (cell: Cell, split: Evaluation['split'], { readout, members }: RunReading): Evaluation | undefined =>
  cell.record.result.evaluations.find(
    (e) => e.split === split && e.readout === readout && (!isEnsemble(readout) || e.members === members),
  );

const passes = [
  { readout: 'mean-field', members: 1 },
  { readout: 'deterministic', members: 1 },
] as const satisfies readonly RunReading[];

/**
 * A metric on the validation split under a reading, or what stands for it there; `score` is the
 * main metric. Null where unknown or diverged.
 */
export const validationValue = (cell: Cell, metric: string, wanted: RunReading | null): number | null => {
  const { result } = cell.record;
  if (wanted === null || result.status !== 'done') return null;
  const { readout, members } = wanted;
  const held = result.evaluations.filter(({ split }) => split === 'validation');
  const own = evaluationAs(held, isEnsemble(readout) ? { readout, members } : { readout });
  const value = own?.metrics[metric === 'score' ? result.metric : metric];
  return typeof value === 'number' ? value : null;
};

/** What is read from a cell's lazy parts, kept as long as the cell. */
interface Kept {
  curve?: readonly CurvePoint[];
  readonly outcomes: Map<string, Outcomes | null>;
  readonly scores: Map<string, ReturnType<typeof storedScores>>;
  readonly calibrated: Map<string, ReturnType<typeof calibratedScores>>;
}

const kept = new WeakMap<Cell, Kept>();
const keptOf = (cell: Cell): Kept => {
  const known = kept.get(cell);
  if (known) return known;
  const fresh: Kept = { outcomes: new Map(), scores: new Map(), calibrated: new Map() };
  kept.set(cell, fresh);
  return fresh;
};

/** Evaluations along training, read once. */
export const curve = (cell: Cell): readonly CurvePoint[] => (keptOf(cell).curve ??= force(cell.curve));

const nameOf = ({ readout, members }: RunReading): string => `${readout}|${members}`;
/**
 * Per-example outcomes under a reading, or null. Predictions are large, so they are read once,
 * turned into the outcomes of every readout that tables commonly ask for, and let go.
 */
export const outcomesOf = (cell: Cell, wanted: RunReading): Outcomes | null => {
  if (wanted.readout === 'single-members') return null;
  const known = keptOf(cell).outcomes;
  if (!known.has(nameOf(wanted))) {
    const rows = force(cell.predictions);
    for (const r of [wanted, ...passes, cell.record.result.headline])
      if (r.readout !== 'single-members' && !known.has(nameOf(r)))
        known.set(nameOf(r), outcomes(rows, r.readout, r.members));
  }
  return known.get(nameOf(wanted)) ?? null;
};

/** Scores computed from a run's stored outputs, once for each reading. */
const computedScores = (cell: Cell, wanted: RunReading): ReturnType<typeof storedScores> => {
  const known = keptOf(cell).scores;
  const name = nameOf(wanted);
  if (!known.has(name)) known.set(name, storedScores(force(cell.predictions), wanted.readout, wanted.members));
  return known.get(name) ?? null;
};

const isCalibrated = (metric: string): boolean => calibratedNames.some((name) => name === metric);

const labelledOf = (rows: readonly Prediction[], readout: Readout, members: number): Labelled | null => {
  const outputs = storedOutputs(rows, readout, members);
  return outputs && { outputs, labels: rows.map(({ label }) => label) };
};

/**
 * Calibration scores of a run under a reading, once for each; null for regressions and outputs that
 * are not stored.
 */
const calibratedOf = (cell: Cell, { readout, members }: RunReading): ReturnType<typeof calibratedScores> => {
  if (readout === 'single-members') return null;
  const known = keptOf(cell).calibrated;
  const name = nameOf({ readout, members });
  if (!known.has(name)) {
    const test = labelledOf(force(cell.predictions), readout, members);
    const validation = cell.validation ? labelledOf(force(cell.validation), readout, members) : null;
    known.set(name, test && calibratedScores(test, validation));
  }
  return known.get(name) ?? null;
};

/**
 * What the best constant answer and a perfect model score on a run's test set; null where a metric
 * has none.
 */
export const rangeOf = (cell: Cell, metric: string): ScoreRange | null => {
  const name = metric === 'score' ? cell.record.result.metric : metric;
  return scoreRange(
    name,
    force(cell.predictions).map(({ label }) => label),
  );
};

/** Mean number of ranks in use of a map; null where the adapter prunes none. */
const meanRank = (ranks: { readonly [path: string]: number } = {}): number | null => {
  const all = Object.values(ranks);
  return all.length === 0 ? null : all.reduce((a, b) => a + b, 0) / all.length;
};

const costs: { readonly [metric: string]: (result: Cell['record']['result']) => number | null } = {
  trainable: ({ counts }) => counts.trainable,
  rank: ({ ranks }) => meanRank(ranks),
  seconds: ({ cost }) => cost.seconds,
  'train-seconds': ({ cost }) => cost.trainSeconds,
  memory: ({ cost }) => cost.peakMemoryMB,
};

/**
 * Metric on the training and test split under one readout: the wanted one where the training split
 * has it, else a single pass.
 */
const onBothSplits = (
  cell: Cell,
  wanted: RunReading,
  metric: string,
): readonly [train: number, test: number] | null => {
  const same = [wanted, ...passes].find((r) => evaluation(cell, 'train', r) !== undefined);
  const train = same && evaluation(cell, 'train', same)?.metrics[metric];
  const test = same && evaluation(cell, 'test', same)?.metrics[metric];
  return typeof train === 'number' && typeof test === 'number' ? [train, test] : null;
};

/**
 * One number of one run: a test metric under a reading (`score` is the task's main metric), a gap
 * between train and test, or a cost. Stored evaluations are used; an ensemble size without one is
 * computed from the stored members. Null where unknown or diverged.
 */
export const value = (cell: Cell, metric: string, r: RunReading | null): number | null => {
  const { result } = cell.record;
  const cost = costs[metric];
  if (cost) return cost(result);
  if (r === null || result.status !== 'done') return null;
  if (metric === 'perplexity') {
    const nll = value(cell, 'nll', r);
    return nll === null ? null : Math.exp(nll);
  }
  const { split, metric: asked } = splitAndMetric(metric);
  const name = asked === 'score' ? result.metric : asked;
  if (split !== 'test') return evaluation(cell, split, r)?.metrics[name] ?? null;
  if (name === 'gap' || name === 'gap-nll') {
    const both = onBothSplits(cell, r, name === 'gap' ? result.metric : 'nll');
    if (both === null) return null;
    return name === 'gap' ? both[0] - both[1] : both[1] - both[0];
  }
  if (isCalibrated(name)) return calibratedOf(cell, r)?.[name] ?? null;
  const stored = evaluation(cell, 'test', r);
  return stored && name in stored.metrics ? (stored.metrics[name] ?? null) : (computedScores(cell, r)?.[name] ?? null);
};
