import type { Evaluation, Prediction } from '@lab/records';
import type { Among } from '../stages/tasks.ts';
import type { Asked } from './read.ts';

/**
 * By readout and ensemble size (`ensemble-logits/8`): the probability of no answer above which a
 * question is left without one.
 */
export type Thresholds = ReadonlyMap<string, number>;

/** How outputs are measured: under which name in the record, and among which classes. */
export interface SplitView {
  readonly name: Evaluation['split'];
  /** Absent: all classes. */
  readonly among?: Among;
}

/**
 * A split that is read, with its name in the record. `also`: further views on the same outputs.
 */
export type Split = Asked &
  SplitView & {
    readonly also?: readonly SplitView[];
    /** Of extractive tasks: what validation has chosen; absent: this split chooses for itself. */
    readonly thresholds?: Thresholds;
  };

/** Metrics of every readout on one split, and what predictions.jsonl keeps of it. */
export interface Assessment {
  readonly evaluations: readonly Evaluation[];
  readonly predictions: readonly Prediction[];
  /** Chosen on this split, where questions may lack an answer. */
  readonly thresholds?: Thresholds;
}
