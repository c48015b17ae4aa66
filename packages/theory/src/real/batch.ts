import { paddedBatch, type Batch, type Row, type Session } from '@lab/runner';

/** Tokens kept of a sentence. */
const LONGEST = 32;

const cut = ({ encoded, ...row }: Row): Row => ({
  ...row,
  encoded: encoded.map(({ ids }) => ({ ids: ids.subarray(0, LONGEST) })),
});

/** The sentences at `indices` as one batch with equal weights that sum to one, cut at 32 tokens. */
export const batchOf = ({ blueprint }: Session, rows: readonly Row[], indices: readonly number[]): Batch =>
  paddedBatch(rows.map(cut), indices, { size: indices.length, maxTokens: LONGEST, task: blueprint.task });

/** 0, 1, …, n - 1. */
export const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/**
 * The number of the last class that sentences are told apart by, plus one. Throws for another kind
 * of task.
 */
export const classesOf = ({ blueprint: { task } }: Session): number => {
  if (task.kind !== 'classification') throw new Error(`expected a classification, got a ${task.kind} task`);
  return task.classes.length;
};
