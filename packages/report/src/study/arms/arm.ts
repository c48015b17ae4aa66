import { atBest } from './at-best.ts';
import { differingKeys } from '../flatten.ts';
import { groupBy } from '../group.ts';
import { axis, choiceNamed, reading, type RunReading, type ReadoutChoice, seedOf, taskOf, value } from '../run.ts';
import { BadInput, type Label, type Labels } from '@lab/records';
import type { Cell } from '../study.ts';

/** Which runs: each named axis must have the value, or one of the values. */
export type Where = { readonly [axis: string]: Label | readonly Label[] };

/** One line of a comparison, as plain data: which runs, read how, and the name a paper gives it. */
export interface ReportArm {
  readonly name: string;
  readonly where?: Where;
  /**
   * The runs with exactly these labels, data set and seed apart: neither a run with more labels nor
   * one whose config alone says the same belongs to the arm.
   */
  readonly labels?: Labels;
  /** Axes that `labels` leaves open: a method over all settings of them. */
  readonly free?: readonly string[];
  /**
   * Axes of which the value with the best validation score is taken, for each data set by itself:
   * a method at the best setting of its grid.
   */
  readonly best?: readonly string[];
  /** Default: the label `readout` of the run, else the method's own. */
  readonly readout?: ReadoutChoice;
  readonly members?: number;
  /** Name of the method in `tables/paper-numbers.csv`. */
  readonly paper?: string;
}

/** What every table and figure says of itself. */
export interface Titled {
  /** File name without ending: letters, digits, hyphens. */
  readonly name: string;
  readonly title: string;
  /**
   * What differs from the paper, in one sentence; printed in the caption after the facts read from
   * the runs.
   */
  readonly differs?: string;
}

/** Over arms given one by one, or one for each value of the axis `by` (default: method). */
export interface OverArms extends Titled {
  readonly arms?: readonly ReportArm[];
  readonly by?: string;
  /** What stands above the column of arms; default: method. */
  readonly heading?: string;
}

/** One number of one run. */
export interface Point {
  readonly task: string;
  readonly seed: number;
  readonly value: number;
}

/** Whether each named axis of the run has the wanted value, or one of the wanted values. */
export const matches = (cell: Cell, where: Where = {}): boolean =>
  Object.entries(where).every(([name, wanted]) => {
    const own = axis(cell, name);
    return Array.isArray(wanted) ? wanted.includes(own) : own === wanted;
  });

/** Values of an axis that occur: numbers sorted, words in the order of the runs. */
export const levels = (cells: readonly Cell[], name: string): Label[] => {
  const distinct = [...new Set(cells.flatMap((cell) => axis(cell, name) ?? []))];
  const numbers = distinct.filter((v) => typeof v === 'number');
  return numbers.length === distinct.length ? numbers.sort((a, b) => a - b) : distinct;
};

/** The given arms, or one for each value of an axis. */
export const armsOf = (
  cells: readonly Cell[],
  given: readonly ReportArm[] | undefined,
  by = 'method',
): readonly ReportArm[] => given ?? levels(cells, by).map((v) => ({ name: String(v), where: { [by]: v } }));

/** Labels that tell arms apart: an arm goes over data sets and seeds. */
export const armLabels = (labels: Labels): Labels => {
  const { dataset: _dataset, seed: _seed, ...rest } = labels;
  return rest;
};

/** Whether two sets of labels are the same, whatever their order. */
export const equalLabels = (a: Labels, b: Labels): boolean => {
  const entries = Object.entries(a);
  return entries.length === Object.keys(b).length && entries.every(([axisName, value]) => b[axisName] === value);
};

/** The runs of an arm. */
export const cellsOf = (cells: readonly Cell[], arm: ReportArm): readonly Cell[] => {
  const { where, labels, free = [], best } = arm;
  const fixed = (all: Labels): Labels =>
    Object.fromEntries(Object.entries(armLabels(all)).filter(([axisName]) => !free.includes(axisName)));
  const wanted = labels && fixed(labels);
  const own = cells.filter(
    (cell) => matches(cell, where) && (wanted === undefined || equalLabels(fixed(cell.labels), wanted)),
  );
  return best ? atBest(own, best, (cell) => readingOf(cell, arm)) : own;
};

/** The arm at one value of an axis. */
export const armAt = (arm: ReportArm, axisName: string, level: Label): ReportArm => ({
  ...arm,
  where: { ...arm.where, [axisName]: level },
});

/** How an arm reads a run. */
export const readingOf = (cell: Cell, arm: ReportArm): RunReading | null => {
  const choice = arm.readout ?? choiceNamed(cell.labels.readout) ?? 'own';
  return reading(cell, choice, arm.members ?? (typeof cell.labels.M === 'number' ? cell.labels.M : undefined));
};

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
/** One text for a task and a seed, by which runs of two arms are paired. */
export const pairName = ({ task, seed }: Pick<Point, 'task' | 'seed'>): string => `${task}\u0000${seed}`;

const pointsOf = (cells: readonly Cell[], arm: ReportArm, metric: string): Point[] => {
  const all = cells.flatMap((cell): readonly Point[] => {
    const v = value(cell, metric, readingOf(cell, arm));
    return v === null || !Number.isFinite(v) ? [] : [{ task: taskOf(cell), seed: seedOf(cell), value: v }];
  });
  return [...groupBy(all, pairName).values()]
    .flatMap((same) => same.slice(0, 1).map((point) => ({ ...point, value: average(same.map((p) => p.value)) })))
    .sort((a, b) => (a.task < b.task ? -1 : a.task > b.task ? 1 : a.seed - b.seed));
};

/** Throws `BadInput` where an arm holds runs of several configs for one task and seed. */
const checkOneConfig = (own: readonly Cell[], { name }: ReportArm): void => {
  const first = new Map<string, Cell>();
  for (const cell of own) {
    const pair = { task: taskOf(cell), seed: seedOf(cell) };
    const other = first.get(pairName(pair));
    if (other && other.record.result.id !== cell.record.result.id) {
      const keys = differingKeys(other.record.config, cell.record.config);
      throw new BadInput(
        `arm "${name}" holds runs of several configs for ${pair.task}, seed ${pair.seed}, ` +
          `which differ in ${keys.join(', ')}; an arm must name one config by its labels`,
      );
    }
    first.set(pairName(pair), cell);
  }
};

/**
 * Scores of an arm: one for each task and seed, sorted. Runs without the number are left out.
 * Throws `BadInput` where the arm names several configs: their mean would be nobody's score.
 */
export const points = (cells: readonly Cell[], arm: ReportArm, metric: string): Point[] => {
  const own = cellsOf(cells, arm);
  checkOneConfig(own, arm);
  return pointsOf(own, arm, metric);
};

/**
 * As `points`, averaged over all configs of a task and seed: for a tile that says what it averages.
 */
export const averagedPoints = (cells: readonly Cell[], arm: ReportArm, metric: string): Point[] =>
  pointsOf(cellsOf(cells, arm), arm, metric);

/** Points by task, in the order of `points`. */
export const byTask = (list: readonly Point[]): Map<string, Point[]> => groupBy(list, ({ task }) => task);

/** Differences arm minus baseline on the tasks and seeds that both have. */
export const paired = (arm: readonly Point[], baseline: readonly Point[]): Point[] => {
  const other = new Map(baseline.map((p) => [pairName(p), p.value]));
  return arm.flatMap((p) => {
    const b = other.get(pairName(p));
    return b === undefined ? [] : [{ ...p, value: p.value - b }];
  });
};

/**
 * One number for each seed: the mean over tasks, on seeds that have every task. Runs that share a
 * seed share their streams, so the seed, not the task, is what a test may flip.
 */
export const bySeed = (list: readonly Point[]): { readonly seed: number; readonly value: number }[] => {
  const tasks = byTask(list).size;
  return [...groupBy(list, ({ seed }) => seed)]
    .filter(([, same]) => same.length === tasks)
    .map(([seed, same]) => ({ seed, value: average(same.map((p) => p.value)) }))
    .sort((a, b) => a.seed - b.seed);
};

/** The numbers of `bySeed` for one arm and metric. */
export const seedValues = (cells: readonly Cell[], arm: ReportArm, metric: string): number[] =>
  bySeed(points(cells, arm, metric)).map((p) => p.value);
