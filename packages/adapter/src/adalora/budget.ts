/** When AdaLoRA prunes, and to what. Steps count from 1. */
export interface BudgetPlan {
  /** b(0) and b(T): triplets kept over all targets at the start and at the end. */
  readonly initial: number;
  readonly target: number;
  /** Steps before pruning begins, and steps at the end with the final budget. */
  readonly warmup: number;
  readonly final: number;
  /** Steps between prunings. */
  readonly every: number;
}

export interface Budget {
  /** Triplets kept. */
  readonly budget: number;
  /** Whether this step prunes. */
  readonly prune: boolean;
  /** Whether importance scores still move. */
  readonly watch: boolean;
}

/**
 * The cubic schedule (AdaLoRA, section 3.3): b(t) = b_T + (b_0 - b_T) (1 - (t - t_i) / (T - t_i -
 * t_f))^3 between warm-up and final phase, rounded down. In the final phase scores stand still, so
 * that the same triplets are kept until the end.
 */
export const budgetAt = ({ initial, target, warmup, final, every }: BudgetPlan, t: number, steps: number): Budget => {
  const end = steps - final;
  if (t <= warmup && t < end) return { budget: initial, prune: false, watch: true };
  if (t >= end) return { budget: target, prune: true, watch: false };
  const remaining = 1 - (t - warmup) / (end - warmup);
  return {
    budget: Math.floor((initial - target) * remaining ** 3 + target),
    prune: t % every === 0,
    watch: true,
  };
};
