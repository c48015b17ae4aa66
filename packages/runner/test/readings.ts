import type { Evaluation } from '@lab/records';

/** Readouts with the members that each reads. */
export const readoutNames = (evaluations: readonly Evaluation[]): readonly string[] =>
  evaluations.map(({ readout, members }) => `${readout}/${members}`);

/** What is read of a run of two members. */
export const READINGS_OF_TWO = [
  'deterministic/1',
  'mean-field/1',
  'ensemble-logits/1',
  'ensemble-logits/2',
  'ensemble-probabilities/1',
  'ensemble-probabilities/2',
];
