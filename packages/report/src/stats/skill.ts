/**
 * A score on the scale on which 0 is the best constant answer and 1 is perfect, so that accuracy,
 * Matthews, Pearson and losses of different tasks can be averaged: (score - constant) / (perfect -
 * constant). Higher is better for losses too. Below 0 is worse than a constant. Null where a
 * constant is already perfect.
 */
export const skill = (score: number, constant: number, perfect: number): number | null =>
  perfect === constant ? null : (score - constant) / (perfect - constant);

/** What the best constant answer and a perfect model score on one test set. */
export interface ScoreRange {
  readonly constant: number;
  readonly perfect: number;
}

/**
 * The range of a metric for a test set with these labels (class indices). Constant answer: the most
 * frequent class, or the class frequencies as probabilities. Null for metrics without such an
 * answer (costs, texts).
 */
export const scoreRange = (metric: string, labels: readonly number[]): ScoreRange | null => {
  if (labels.length === 0) return null;
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / labels.length);
  switch (metric) {
    case 'accuracy':
      return { constant: Math.max(...shares), perfect: 1 };
    case 'nll':
    case 'nll-scaled':
      return { constant: -shares.reduce((sum, s) => sum + s * Math.log(s), 0), perfect: 0 };
    case 'brier':
      return { constant: 1 - shares.reduce((sum, s) => sum + s * s, 0), perfect: 0 };
    case 'matthews':
    case 'pearson':
    case 'spearman':
      return { constant: 0, perfect: 1 };
    default:
      return null;
  }
};
