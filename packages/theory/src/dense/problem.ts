import { itemAt } from '@lab/records';
import type { Pointwise } from './pointwise.ts';

/**
 * One way to see the examples: their inputs [n, dIn] and the readout w [dOut], either of them
 * masked or not.
 */
export interface View {
  readonly u: Float64Array;
  readonly w: Float64Array;
}

/**
 * Examples for f_n = base_n + wᵀ B A u_n, a low-rank update read by a fixed linear head. A: [r,
 * dIn], B: [dOut, r].
 */
export interface Problem {
  readonly loss: Pointwise;
  readonly n: number;
  readonly dIn: number;
  readonly dOut: number;
  readonly r: number;
  readonly base: Float64Array;
  readonly y: Float64Array;
  /**
   * One view without dropout; one for each mask pair with it: the losses are averaged (LoRA
   * Dropout, Eq. 7).
   */
  readonly views: readonly View[];
  /** Which factors are trained; the parameters are always A, then B, row-major. */
  readonly train: 'B' | 'both';
  /** Weights of ||BA||² and of ||A||² + ||B||² in the objective. */
  readonly onProduct: number;
  readonly onFactors: number;
}

export const sizeOfA = ({ r, dIn }: Pick<Problem, 'r' | 'dIn'>): number => r * dIn;
export const sizeOfBoth = ({ r, dIn, dOut }: Pick<Problem, 'r' | 'dIn' | 'dOut'>): number => r * (dIn + dOut);

/** The examples without dropout: the first view. */
export const plainView = ({ views }: Pick<Problem, 'views'>): View => itemAt(views, 0);

/** A and B as parts of a parameter vector; no copies. */
export const factors = (problem: Problem, theta: Float64Array) => ({
  A: theta.subarray(0, sizeOfA(problem)),
  B: theta.subarray(sizeOfA(problem)),
});
