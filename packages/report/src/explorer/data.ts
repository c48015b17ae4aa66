// What the page holds of a report's runs. Columns, not rows: ten thousand runs stay small. No
// imports, so that the browser's code shares these types.

/** A value of a setting; null where a run does not have it. */
export type KnobValue = string | number | boolean | null;

/** One of several words for each run: the words, and their index by run. */
export interface WordColumn {
  readonly words: readonly string[];
  readonly index: readonly number[];
}

/** A number for each run, as printed; null where it is unknown. */
export interface MeasureColumn {
  readonly name: string;
  /** Name and unit, for axes and headers. */
  readonly title: string;
  readonly better: 'higher' | 'lower';
  readonly values: readonly (number | null)[];
}

/** A setting that differs between runs: its values, and their index by run (-1: none). */
export interface KnobColumn {
  readonly path: string;
  readonly values: readonly KnobValue[];
  readonly index: readonly number[];
}

/** Along training: epoch, training loss, held-out NLL, held-out score. */
export type CurveRow = readonly (number | null)[];

/** All runs of a report. A run that stands in several arms is here once for each. */
export interface RunColumns {
  readonly ids: readonly string[];
  readonly arm: WordColumn;
  readonly task: WordColumn;
  readonly status: WordColumn;
  readonly readout: WordColumn;
  readonly engine: WordColumn;
  readonly seed: readonly number[];
  /** Why a run diverged, by its place. */
  readonly reasons: { readonly [run: string]: string };
  /** The first one is the score. */
  readonly measures: readonly MeasureColumn[];
  readonly knobs: readonly KnobColumn[];
  /** Settings that all runs share. */
  readonly common: { readonly [path: string]: KnobValue };
  /** What the main metric of the runs is called. */
  readonly scoreTitle: string;
  readonly curves: readonly (readonly CurveRow[])[];
  /** The command line of which `--only <id>` makes one run again; null where it is unknown. */
  readonly command: string | null;
}

/** One example under one arm: index of the prediction's word, confidence, share of runs right. */
export type ExampleEntry = readonly [word: number, confidence: number | null, right: number | null];

/** A test example with every arm's answer. */
export interface ExampleRow {
  readonly id: string;
  /** Null where the report was made without the data set at hand. */
  readonly text: string | null;
  readonly label: string;
  /** By arm, in the order of `arms`; null where no run of the arm has the example. */
  readonly entries: readonly (ExampleEntry | null)[];
}

/** How often two arms are right: both, only the first, only the second, neither. */
export type Together = readonly [both: number, first: number, second: number, neither: number];

/** The test examples of one data set, as the arms answer them. */
export interface ExampleTable {
  readonly task: string;
  readonly arms: readonly string[];
  /** What entries point into: classes, or texts that were written. */
  readonly words: readonly string[];
  /** Number of classes; 0 where answers are no classes. */
  readonly classes: number;
  /** Examples of the test sets; `rows` may be fewer. */
  readonly total: number;
  readonly rows: readonly ExampleRow[];
  /** By pair of arms `i < j`, keyed `i,j`; counted over seeds and all examples. */
  readonly together: { readonly [pair: string]: Together };
  /** By arm: runs x examples by label (row) and predicted class (column); empty without classes. */
  readonly confusion: readonly (readonly (readonly number[])[])[];
}

/** What the explorer of one report shows. */
export interface ExplorerData {
  readonly runs: RunColumns;
  readonly examples: readonly ExampleTable[];
}
