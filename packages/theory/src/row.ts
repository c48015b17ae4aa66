import { studentQuantile } from '@lab/random';
import type { MeanEstimate } from './stats.ts';

/**
 * holds, fails: a theorem or an identity against its measurement. agrees, disagrees, inconclusive:
 * what a paper concludes from it, where the premises may not be met; the last, where chance alone
 * explains the measurement. vacuous: an upper bound that is true but not below what holds anyway.
 * noted: measured, nothing predicted.
 */
export type CheckVerdict = 'holds' | 'fails' | 'agrees' | 'disagrees' | 'inconclusive' | 'vacuous' | 'noted';

/** Where a quantity was taken: rate, size, data, … */
export type At = { readonly [axis: string]: number | string };

/** One prediction beside its measurement. */
export interface CheckRow {
  readonly quantity: string;
  readonly at: At;
  readonly relation: '=' | '<=' | 'none';
  readonly predicted: number | null;
  readonly measured: number;
  /** Of the measurement, in its unit; 0 where nothing is random. */
  readonly standardError: number;
  /**
   * Largest deviation that is no contradiction: `Z` standard errors and the rounding of the
   * arithmetic.
   */
  readonly tolerance: number;
  readonly verdict: CheckVerdict;
  /** Both sides come from the formula: a statement about it, which no measurement tests. */
  readonly formulaAlone?: true;
}

/**
 * Standard errors that a deviation may have: a normal deviation exceeds 4.5 once in 147,000 rows,
 * so a whole run has no false alarm.
 */
export const Z = 4.5;

/**
 * Uncertainty of a measurement: its standard error, and the rounding error of the arithmetic where
 * that is not negligible.
 */
export interface Uncertainty {
  readonly se?: number;
  readonly rounding?: number;
}

const toleranceOf = ({ se = 0, rounding = 0 }: Uncertainty): number => Z * se + rounding;

/** measured = predicted, to the tolerance. */
export const equal = (quantity: string, at: At, predicted: number, measured: number, u: Uncertainty): CheckRow => {
  const tolerance = toleranceOf(u);
  const verdict = Math.abs(measured - predicted) <= tolerance ? 'holds' : 'fails';
  return { quantity, at, relation: '=', predicted, measured, standardError: u.se ?? 0, tolerance, verdict };
};

/** measured <= predicted, to the tolerance. */
export const atMost = (
  quantity: string,
  at: At,
  predicted: number,
  measured: number,
  u: Uncertainty = {},
): CheckRow => {
  const tolerance = toleranceOf(u);
  const verdict = measured - predicted <= tolerance ? 'holds' : 'fails';
  return { quantity, at, relation: '<=', predicted, measured, standardError: u.se ?? 0, tolerance, verdict };
};

/**
 * measured < predicted by more than chance: the form of a conclusion, not of a theorem. The
 * two-sided 95 % interval of the difference decides, by Student's t over the independent values
 * that the estimate rests on; where it holds zero, the row is inconclusive.
 */
export const below = (quantity: string, at: At, predicted: number, { mean, se, n }: MeanEstimate): CheckRow => {
  const half = studentQuantile(0.975, n - 1) * se;
  const verdict = mean + half < predicted ? 'agrees' : mean - half > predicted ? 'disagrees' : 'inconclusive';
  return { quantity, at, relation: '<=', predicted, measured: mean, standardError: se, tolerance: 0, verdict };
};

/** A statement about the formula itself: both sides are computed from it. */
export const aboutFormula = (row: CheckRow): CheckRow => ({ ...row, formulaAlone: true });

/** The same row as a conclusion of a paper, which may be wrong without any error in a theorem. */
export const asConclusion = (row: CheckRow): CheckRow => ({
  ...row,
  verdict: row.verdict === 'holds' ? 'agrees' : row.verdict === 'fails' ? 'disagrees' : row.verdict,
});

/** An upper bound that says nothing when it is not below `trivial`. */
export const bound = (row: CheckRow, trivial: number): CheckRow =>
  row.verdict === 'holds' && !(row.predicted !== null && row.predicted < trivial)
    ? { ...row, verdict: 'vacuous' }
    : row;

/** A measurement without a prediction. */
export const noted = (quantity: string, at: At, measured: number, se = 0): CheckRow => ({
  quantity,
  at,
  relation: 'none',
  predicted: null,
  measured,
  standardError: se,
  tolerance: 0,
  verdict: 'noted',
});

/** A number that a theory offers without saying how near it is, beside what was measured. */
export const compared = (quantity: string, at: At, predicted: number, measured: number, se = 0): CheckRow => ({
  ...noted(quantity, at, measured, se),
  predicted,
});

/**
 * Rounding error of a sum of `terms` numbers of size `scale` in double precision (twice the
 * standard bound).
 */
export const rounding64 = (scale: number, terms: number): number =>
  2 ** -52 * Math.max(Math.abs(scale), 1e-300) * terms;

/** The same in single precision. */
export const rounding32 = (scale: number, terms: number): number => 2 ** -23 * Math.max(Math.abs(scale), 1e-30) * terms;
