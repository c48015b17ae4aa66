import { topBets } from './calibration.ts';
import type { Logits } from '../softmax.ts';

/**
 * When the most confident share `coverage` of examples is answered, the share `risk` of those is
 * wrong.
 */
export interface RiskPoint {
  readonly coverage: number;
  readonly risk: number;
  /** The least confidence that is still answered. */
  readonly confidence: number;
}

/**
 * The selective-risk curve (El-Yaniv and Wiener 2010): one point for each example, by falling
 * confidence, equal ones in given order.
 */
export const riskCoverage = (logits: Logits, labels: readonly number[]): readonly RiskPoint[] => {
  const bets = [...topBets(logits, labels)].sort((a, b) => b.confidence - a.confidence);
  let wrong = 0;
  return bets.map(({ confidence, right }, i) => {
    wrong += right ? 0 : 1;
    return { coverage: (i + 1) / bets.length, risk: wrong / (i + 1), confidence };
  });
};

/**
 * Area under the selective-risk curve: the mean risk over all coverages, in [0, 1], lower is
 * better. Null without examples.
 */
export const aurc = (logits: Logits, labels: readonly number[]): number | null => {
  const points = riskCoverage(logits, labels);
  return points.length === 0 ? null : points.reduce((sum, { risk }) => sum + risk, 0) / points.length;
};
