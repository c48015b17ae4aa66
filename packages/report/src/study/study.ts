import type { CurvePoint, Prediction, RunRecord } from '@lab/records';

/** What an experiment says of a run: a word or a number for each axis it varies (method, p, N, M, readout, dataset, variant, …). */
export type Label = string | number;
export type Labels = { readonly [axis: string]: Label };

/** Given at once, or read when first needed and not kept: ten thousand runs' predictions need not be in memory together. */
export type Lazy<T> = T | (() => T);

export interface Cell {
  readonly record: RunRecord;
  readonly predictions: Lazy<readonly Prediction[]>;
  readonly curve: Lazy<readonly CurvePoint[]>;
  readonly labels: Labels;
}

/** The finished runs of one experiment. Report never reads a store: whoever calls it gives it this. */
export interface Study {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly cells: readonly Cell[];
}

export const force = <T extends object>(lazy: Lazy<T>): T => (typeof lazy === 'function' ? (lazy as () => T)() : lazy);
