/**
 * Scores of a sequence of T tasks, [stages][tasks] in one order: row t holds what the model scores
 * on every task after it was trained on task t. Null where it was not tested.
 */
export type TaskMatrix = readonly (readonly (number | null)[])[];

/** What is said of a sequence; null where the matrix does not hold it. */
export interface SequenceScores {
  /** Mean over all tasks after the last stage (ACC of Lopez-Paz & Ranzato 2017, section 3). */
  readonly last: number | null;
  /** Mean over the stages of the mean over the tasks met by then (average anytime accuracy). */
  readonly average: number | null;
  /** Mean over tasks of the score right after training on them. */
  readonly learned: number | null;
  /**
   * Mean over all tasks but the last of what was lost since the best stage before the last one
   * (Chaudhry et al. 2018, Eq. 3). Lower is better.
   */
  readonly forgetting: number | null;
  /** Mean change since a task was learned (BWT of Lopez-Paz & Ranzato 2017). */
  readonly backward: number | null;
  /** Mean gain over guessing before a task is trained on (FWT of Lopez-Paz & Ranzato 2017). */
  readonly forward: number | null;
}

/** The mean; null where a number is missing or there are none. */
const meanOfAll = (values: readonly (number | null | undefined)[]): number | null => {
  const known = values.flatMap((value) => value ?? []);
  return known.length === 0 || known.length < values.length ? null : known.reduce((a, b) => a + b, 0) / known.length;
};

const minus = (a: number | null | undefined, b: number | null | undefined): number | null =>
  a === null || a === undefined || b === null || b === undefined ? null : a - b;

/**
 * The scores of a sequence. `guessing`: what guessing scores on each task. One row alone (joint
 * training, or a single stage) gives `last`; a sequence with a row for every task gives all that
 * its entries allow.
 */
export const sequenceScores = (matrix: TaskMatrix, guessing: readonly number[]): SequenceScores => {
  const end = matrix.at(-1) ?? [];
  const tasks = end.length;
  const last = meanOfAll(end);
  const whole = matrix.length === tasks;
  if (!whole) return { last, average: null, learned: null, forgetting: null, backward: null, forward: null };
  const before = Array.from({ length: tasks - 1 }, (_, task) => task);
  const best = (task: number): number | null => {
    const seen = matrix.slice(task, -1).map((row) => row[task]);
    return meanOfAll(seen) === null ? null : Math.max(...seen.flatMap((value) => value ?? []));
  };
  return {
    last,
    average: meanOfAll(matrix.map((row, stage) => meanOfAll(row.slice(0, stage + 1)))),
    learned: meanOfAll(matrix.map((row, stage) => row[stage])),
    forgetting: meanOfAll(before.map((task) => minus(best(task), end[task]))),
    backward: meanOfAll(before.map((task) => minus(end[task], matrix[task]?.[task]))),
    forward: meanOfAll(before.map((task) => minus(matrix[task]?.[task + 1], guessing[task + 1]))),
  };
};
