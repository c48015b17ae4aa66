import type { ReportArm } from '../study/arms/arm.ts';

/** The smallest effect that matters to a claim, and where it comes from. */
export interface Margin {
  /** Stored units: .01 is one point of accuracy. */
  readonly value: number;
  /** For example "the paper's own effect, Table 1". */
  readonly from: string;
}

interface OnMetric {
  readonly metric: string;
  /** Effects within ±margin count as none; without one nothing can be called equivalent. */
  readonly margin?: Margin;
}

/** `arm` does better (or worse) than each of `than` on the metric. */
export interface DifferenceTest extends OnMetric {
  readonly kind: 'better' | 'worse';
  readonly arm: ReportArm;
  readonly than: readonly ReportArm[];
}

/**
 * The metric gets better along an axis (`M`: the ensemble size of the arm's runs); the margin is
 * for one step of the grid.
 */
export interface RisingTest extends OnMetric {
  readonly kind: 'rising';
  readonly arm: ReportArm;
  readonly x: string;
}

/** Better, then worse again, along an axis. */
export interface HumpTest extends OnMetric {
  readonly kind: 'inverted-u';
  readonly arm: ReportArm;
  readonly x: string;
}

/** `arm` is not better than `than` by more than the margin. */
export interface NoGainTest extends OnMetric {
  readonly kind: 'no-gain';
  readonly arm: ReportArm;
  readonly than: ReportArm;
  readonly margin: Margin;
}

export type ClaimTest = DifferenceTest | RisingTest | HumpTest | NoGainTest;

export interface Claim {
  readonly id: string;
  /** The paper's claim, in our words. */
  readonly text: string;
  /** Paper and place. */
  readonly source: string;
  readonly test: ClaimTest;
  /**
   * Arms that reach the same end by simpler means (early stopping, a lower rank): a held claim says
   * which do as well.
   */
  readonly controls?: readonly ReportArm[];
}
