import type { Evaluation, Prediction } from '@lab/records';
import type { Among } from '../stages/tasks.ts';
import type { Asked } from './read.ts';

/** How outputs are measured: under which name in the record, and among which classes. */
export interface SplitView {
  readonly name: Evaluation['split'];
  /** Absent: all classes. */
  readonly among?: Among;
}

/**
 * A split that is read, with its name in the record. `also`: further views on the same outputs.
 */
export type Split = Asked & SplitView & { readonly also?: readonly SplitView[] };

/** Metrics of every readout on one split, and what predictions.jsonl keeps of it. */
export interface Assessment {
  readonly evaluations: readonly Evaluation[];
  readonly predictions: readonly Prediction[];
}
