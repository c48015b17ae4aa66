import { axis, isChoice, reading, type Reading, type ReadoutChoice, seedOf, taskOf, value } from './run.ts';
import type { Cell, Label } from './study.ts';

/** Which runs: each named axis must have the value, or one of the values. */
export type Where = { readonly [axis: string]: Label | readonly Label[] };

/** One line of a comparison, as plain data: which runs, read how, and the name a paper gives it. */
export interface Arm {
  readonly name: string;
  readonly where?: Where;
  /** Default: the label `readout` of the run, else the method's own. */
  readonly readout?: ReadoutChoice;
  readonly members?: number;
  /** Name of the method in `paper/numbers.csv`. */
  readonly paper?: string;
}

/** One number of one run. */
export interface Point {
  readonly task: string;
  readonly seed: number;
  readonly value: number;
}

export const matches = (cell: Cell, where: Where | undefined): boolean =>
  Object.entries(where ?? {}).every(([name, wanted]) => {
    const has = axis(cell, name);
    return Array.isArray(wanted) ? wanted.includes(has) : has === wanted;
  });

/** Natural order: numbers by size, words as given first. */
const order = (values: readonly Label[]): Label[] => {
  const distinct = [...new Set(values)];
  return distinct.every((v) => typeof v === 'number') ? distinct.sort((a, b) => Number(a) - Number(b)) : distinct;
};

/** Values of an axis that occur, numbers sorted, words in the order of the runs. */
export const levels = (cells: readonly Cell[], name: string): Label[] =>
  order(cells.flatMap((cell) => axis(cell, name) ?? []));

/** The given arms, or one for each value of an axis. */
export const armsOf = (cells: readonly Cell[], given: readonly Arm[] | undefined, by = 'method'): readonly Arm[] =>
  given ?? levels(cells, by).map((v) => ({ name: String(v), where: { [by]: v } }));

export const cellsOf = (cells: readonly Cell[], arm: Arm): readonly Cell[] =>
  cells.filter((cell) => matches(cell, arm.where));

/** How an arm reads a run. */
export const readingOf = (cell: Cell, arm: Arm): Reading | null => {
  const label = cell.labels.readout;
  const choice = arm.readout ?? (isChoice(label) ? label : 'own');
  const size = arm.members ?? (typeof cell.labels.M === 'number' ? cell.labels.M : undefined);
  return reading(cell, choice, size);
};

/** Scores of an arm: one for each task and seed, sorted; several runs of one seed are averaged. Runs without the number are left out. */
export const points = (cells: readonly Cell[], arm: Arm, metric: string): Point[] => {
  const found = new Map<string, { task: string; seed: number; values: number[] }>();
  for (const cell of cellsOf(cells, arm)) {
    const v = value(cell, metric, readingOf(cell, arm));
    if (v === null || !Number.isFinite(v)) continue;
    const task = taskOf(cell);
    const seed = seedOf(cell);
    const at = `${task}\u0000${seed}`;
    const entry = found.get(at) ?? { task, seed, values: [] };
    entry.values.push(v);
    found.set(at, entry);
  }
  return [...found.values()]
    .map(({ task, seed, values }) => ({ task, seed, value: values.reduce((a, b) => a + b, 0) / values.length }))
    .sort((a, b) => (a.task < b.task ? -1 : a.task > b.task ? 1 : a.seed - b.seed));
};

/** Points by task, in the order of `points`. */
export const byTask = (list: readonly Point[]): Map<string, Point[]> => {
  const groups = new Map<string, Point[]>();
  for (const p of list) groups.set(p.task, [...(groups.get(p.task) ?? []), p]);
  return groups;
};

/** Differences arm minus baseline on the tasks and seeds that both have. */
export const paired = (arm: readonly Point[], baseline: readonly Point[]): Point[] => {
  const other = new Map(baseline.map((p) => [`${p.task}\u0000${p.seed}`, p.value]));
  return arm.flatMap((p) => {
    const b = other.get(`${p.task}\u0000${p.seed}`);
    return b === undefined ? [] : [{ ...p, value: p.value - b }];
  });
};

/**
 * One number for each seed: the mean over tasks, on seeds that have every task. Runs that share a seed share their streams, so the
 * seed, not the task, is what a test may flip.
 */
export const bySeed = (list: readonly Point[]): { readonly seed: number; readonly value: number }[] => {
  const tasks = new Set(list.map((p) => p.task)).size;
  const groups = new Map<number, number[]>();
  for (const p of list) groups.set(p.seed, [...(groups.get(p.seed) ?? []), p.value]);
  return [...groups]
    .filter(([, values]) => values.length === tasks)
    .map(([seed, values]) => ({ seed, value: values.reduce((a, b) => a + b, 0) / values.length }))
    .sort((a, b) => a.seed - b.seed);
};
