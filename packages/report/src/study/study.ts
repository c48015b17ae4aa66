import type { CurvePoint, Label, Labels, Prediction, RunRecord } from '@lab/records';

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

/** What a data set says of its test examples; records hold neither texts nor names of classes. */
export interface ExampleMaterial {
  /** Names of the classes, or null where labels are no classes. */
  readonly classes: readonly string[] | null;
  /** The text of an example by its id; null where it is unknown. */
  readonly text: (id: string) => string | null;
}

/** A sequence as it was planned: the labels of its arm, and its stages in their order. */
export interface PlannedSequence {
  readonly labels: Labels;
  readonly stages: readonly Label[];
}

/** The finished runs of one experiment. */
export interface Study {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** Which runs these are beside others of the experiment: scale and overrides, for people. */
  readonly holds?: string;
  /** The command line that makes these runs; with `--only <id>` one of them. */
  readonly command?: string;
  /** Texts and classes by data set; absent where the data are not at hand. */
  readonly material?: { readonly [task: string]: ExampleMaterial };
  readonly cells: readonly Cell[];
  /** The sequences that were planned; absent where the runs are all that is known of them. */
  readonly sequences?: readonly PlannedSequence[];
}

/** The value of something lazy. */
export const force = <T extends readonly unknown[]>(lazy: Lazy<T>): T => (typeof lazy === 'function' ? lazy() : lazy);
