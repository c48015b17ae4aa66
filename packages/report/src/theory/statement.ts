import type { Citation } from '@lab/records';

/** How a measurement stands to its prediction. */
export type RowVerdict = 'holds' | 'fails' | 'agrees' | 'disagrees' | 'inconclusive' | 'vacuous' | 'noted';

/** One prediction beside its measurement. */
export interface StatementRow {
  readonly quantity: string;
  /** Where it was taken: rate, size, data. */
  readonly at: { readonly [axis: string]: number | string };
  readonly relation: '=' | '<=' | 'none';
  readonly predicted: number | null;
  readonly measured: number;
  /** Of the measurement, in its unit; 0 where nothing is random. */
  readonly standardError: number;
  readonly tolerance: number;
  readonly verdict: RowVerdict;
  /** A statement about the formula itself, which no measurement tests. */
  readonly formulaAlone?: true;
}

/** A statement of a paper in words. */
export interface Statement {
  readonly name: string;
  readonly group: string;
  readonly claim: string;
  readonly cite: Citation;
  readonly prediction: string;
  readonly procedure: string;
  readonly limits: string;
  /** What the formula that is wrong on purpose changes. */
  readonly perturbation: string;
}

/**
 * What was found for a statement, and what the same measurement says of the wrong formula; or why
 * nothing was measured.
 */
export interface StatementResult {
  readonly check: Statement;
  readonly found: { readonly rows: readonly StatementRow[]; readonly perturbed: readonly StatementRow[] } | null;
  readonly skipped: string | null;
}

/** An axis of a plot. */
interface PlotAxis {
  readonly title: string;
  readonly log: boolean;
}

/**
 * Predictions (drawn as lines) and measurements (points with two standard errors each way) of one
 * plot.
 */
export interface StatementPlot {
  readonly title: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly points: readonly {
    readonly series: string;
    readonly x: number;
    readonly y: number;
    readonly low: number;
    readonly high: number;
    readonly role: 'predicted' | 'measured';
  }[];
}
