import { ensembleSizes } from './run.ts';
import type { Cell } from './study.ts';

/** Ensemble sizes that any of the runs holds, rising; all kinds of ensemble together. */
export const sizesOf = (cells: readonly Cell[]): number[] =>
  [
    ...new Set(
      cells.flatMap((cell) => [
        ...ensembleSizes(cell, 'ensemble-logits'),
        ...ensembleSizes(cell, 'ensemble-probabilities'),
      ]),
    ),
  ].sort((a, b) => a - b);
