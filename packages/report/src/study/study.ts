import type { CurvePoint, Labels, Prediction, RunRecord } from '@lab/records';

/**
 * Given at once, or read when first needed and not kept: ten thousand runs' predictions need not be
 * in memory together.
 */
export type Lazy<T> = T | (() => T);

/** A finished run with its labels; test outputs and training curve may be read late. */
export interface Cell {
  readonly record: RunRecord;
  readonly predictions: Lazy<readonly Prediction[]>;
  /** Outputs on the validation split; absent in records of older versions. */
  readonly validation?: Lazy<readonly Prediction[]>;
  readonly curve: Lazy<readonly CurvePoint[]>;
  readonly labels: Labels;
  /** The stages of a sequence that this run stands for, in order; absent: it is one run. */
  readonly stages?: readonly Cell[];
}

/** The finished runs of one experiment. */
export interface Study {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** Which runs these are beside others of the experiment: scale and overrides, for people. */
  readonly holds?: string;
  readonly cells: readonly Cell[];
}

/** The value of something lazy. */
export const force = <T extends readonly unknown[]>(lazy: Lazy<T>): T => (typeof lazy === 'function' ? lazy() : lazy);
