import type { Arm } from '../study/arm.ts';

/** `arm` does better (or worse) than each of `than` on the metric. */
export interface DifferenceTest {
  readonly kind: 'better' | 'worse';
  readonly arm: Arm;
  readonly than: readonly Arm[];
  readonly metric: string;
}

/** The metric gets better along an axis (`M`: the ensemble size of the arm's runs). */
export interface RisingTest {
  readonly kind: 'rising';
  readonly arm: Arm;
  readonly x: string;
  readonly metric: string;
}

/** Better, then worse again, along an axis. */
export interface HumpTest {
  readonly kind: 'inverted-u';
  readonly arm: Arm;
  readonly x: string;
  readonly metric: string;
}

/**
 * `arm` is not better than `than` by more than `margin` (stored units: .01 is one point of
 * accuracy).
 */
export interface NoGainTest {
  readonly kind: 'no-gain';
  readonly arm: Arm;
  readonly than: Arm;
  readonly metric: string;
  readonly margin: number;
}

export type ClaimTest = DifferenceTest | RisingTest | HumpTest | NoGainTest;

export interface Claim {
  readonly id: string;
  /** The paper's claim, in our words. */
  readonly text: string;
  /** Paper and place. */
  readonly source: string;
  readonly test: ClaimTest;
}
