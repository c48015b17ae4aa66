import type { Evaluation, Prediction } from '@lab/records';
import type { Asked } from './read.ts';

/** A split that is read, with its name in the record. */
export type Split = Asked & { readonly name: Evaluation['split'] };

/** Metrics of every readout on one split, and what predictions.jsonl keeps of it. */
export interface Assessment {
  readonly evaluations: readonly Evaluation[];
  readonly predictions: readonly Prediction[];
}
