import { addTo, rowOf } from '../dense/vector.ts';
import { sum } from '../stats.ts';

/** Second moments of two keep indicators, by what the entries share. */
export interface KeepMoments {
  readonly entry: number;
  readonly row: number;
  readonly column: number;
  readonly nothing: number;
}

/**
 * Moments of Σ_ij X_ij c_ij for keep indicators X with the second moments given; c row-major with
 * `columns` columns. `second` is E[(ΣXc)²]; the variance takes E[X] = sqrt(`nothing`), two entries
 * that share nothing being independent.
 */
export const projectionMoments = (
  c: Float64Array,
  columns: number,
  { entry, row, column, nothing }: KeepMoments,
): { readonly second: number; readonly variance: number } => {
  const rows = new Float64Array(c.length / columns);
  const tops = new Float64Array(columns);
  for (const i of rows.keys()) {
    rows[i] = sum(rowOf(c, i, columns));
    addTo(tops, rowOf(c, i, columns));
  }
  const squares = sum(c.map((x) => x * x));
  const inRows = sum(rows.map((x) => x * x)) - squares;
  const inColumns = sum(tops.map((x) => x * x)) - squares;
  const total = sum(c);
  const second =
    entry * squares + row * inRows + column * inColumns + nothing * (total ** 2 - squares - inRows - inColumns);
  return { second, variance: second - nothing * total ** 2 };
};
