/** Prop. 4.2: β <= 2η² / ((Λ_min + 2λ(2p-p²)) n); infinite where the curvature is not positive. */
export const stabilityBound = (eta: number, curvature: number, n: number): number =>
  curvature > 0 ? (2 * eta ** 2) / (curvature * n) : Infinity;

/**
 * Lemma 4.3: the gap between population and training risk that is exceeded with probability δ at
 * most.
 */
const gapFromStability = (C: number, beta: number, n: number, delta: number): number =>
  Math.sqrt((C ** 2 + 12 * C * n * beta) / (2 * n * delta));

/** Thm. 4.4: Lemma 4.3 with Prop. 4.2 for β. */
export const gapBound = (C: number, eta: number, curvature: number, n: number, delta: number): number =>
  gapFromStability(C, stabilityBound(eta, curvature, n), n, delta);
