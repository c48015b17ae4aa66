import { mean } from '../stats/describe.ts';
import { fewestSeeds, meanInterval, pAbove, pBelow } from '../stats/intervals/mean-interval.ts';

/**
 * One alpha for everything: a claim's two-sided level. Each direction, and each side of an
 * equivalence, has half of it, so that one two-sided interval shows every verdict: above zero,
 * below zero, or within the margin.
 */
export const claimAlpha = 0.05;

export type VerdictStatus = 'held' | 'equivalent' | 'contradicted' | 'cannot tell';

/**
 * One comparison of a claim: a number for each seed, turned so that positive speaks for the claim.
 */
export interface ClaimPart {
  readonly name: string;
  readonly values: readonly number[];
}

/** What the seeds decide of a claim. */
export interface Decision {
  readonly status: VerdictStatus;
  /**
   * Evidence for the status (one-sided p times two, so that .05 is the bound); for "cannot tell"
   * that of the nearer direction.
   */
  readonly p: number | null;
  /** The part that limits the claim: the one with the smallest mean. */
  readonly nearest: {
    readonly name: string;
    readonly mean: number;
    readonly low: number;
    readonly high: number;
  } | null;
  /** Why nothing can be said, where nothing can. */
  readonly reason: string | null;
}

export interface DecisionRule {
  /** Stored units; null: the claim names none, so nothing can be called equivalent. */
  readonly margin: number | null;
  /** Two-sided level; default `claimAlpha`, less at an interim look. */
  readonly alpha?: number;
}

const nothing = (reason: string): Decision => ({ status: 'cannot tell', p: null, nearest: null, reason });

const missing = (parts: readonly ClaimPart[]): string | null => {
  if (parts.length === 0) return 'the claim names nothing to compare with';
  const empty = parts.find(({ values }) => values.length === 0);
  if (empty) return `no runs to pair: ${empty.name}`;
  const least = parts.reduce((a, b) => (b.values.length < a.values.length ? b : a));
  return least.values.length < fewestSeeds
    ? `${least.values.length} of at least ${fewestSeeds} seeds (${least.name})`
    : null;
};

const twice = (p: number): number => Math.min(1, 2 * p);
const least = (values: readonly number[]): number => Math.min(...values);
const most = (values: readonly number[]): number => Math.max(...values);

const nearestOf = (parts: readonly ClaimPart[], alpha: number): Decision['nearest'] => {
  const worst = parts.reduce((a, b) => (mean(b.values) < mean(a.values) ? b : a));
  const interval = meanInterval(worst.values, 1 - alpha);
  return interval && { name: worst.name, mean: mean(worst.values), low: interval.low, high: interval.high };
};

/**
 * "Above each of these." Held: every part lies above zero (intersection-union: no correction
 * needed). Contradicted: some part lies below zero (Bonferroni over the parts). Equivalent: no part
 * lies below -margin and some part below +margin (Bonferroni), so the smallest advantage is within
 * the margin. A false verdict of each kind has probability at most alpha / 2.
 */
export const decideAll = (parts: readonly ClaimPart[], { margin, alpha = claimAlpha }: DecisionRule): Decision => {
  const reason = missing(parts);
  if (reason !== null) return nothing(reason);
  const k = parts.length;
  const above = twice(most(parts.map(({ values }) => pAbove(values))));
  const below = twice(Math.min(1, k * least(parts.map(({ values }) => pBelow(values)))));
  const nearest = nearestOf(parts, alpha);
  const decided = (status: VerdictStatus, p: number): Decision => ({ status, p, nearest, reason: null });
  if (above < alpha) return decided('held', above);
  if (below < alpha) return decided('contradicted', below);
  if (margin !== null) {
    const notWorse = most(parts.map(({ values }) => pAbove(values, -margin)));
    const notBetter = Math.min(1, k * least(parts.map(({ values }) => pBelow(values, margin))));
    const within = twice(Math.max(notWorse, notBetter));
    if (within < alpha) return decided('equivalent', within);
  }
  return decided('cannot tell', Math.min(above, below));
};

/**
 * "Adds nothing": values are the gain. Held: the gain lies below the margin. Contradicted: it lies
 * above zero and is not known to be below the margin. Both from the same interval as `decideAll`,
 * so that "adds nothing" is no easier to hold than "adds".
 */
export const decideNoGain = (
  part: ClaimPart,
  { margin, alpha = claimAlpha }: DecisionRule & { readonly margin: number },
): Decision => {
  const reason = missing([part]);
  if (reason !== null) return nothing(reason);
  const nearest = nearestOf([part], alpha);
  const within = twice(pBelow(part.values, margin));
  const gain = twice(pAbove(part.values));
  const decided = (status: VerdictStatus, p: number): Decision => ({ status, p, nearest, reason: null });
  if (within < alpha) return decided('held', within);
  if (gain < alpha) return decided('contradicted', gain);
  return decided('cannot tell', Math.min(within, gain));
};

/** A sweep: one row for each seed, one column for each setting in rising order. */
export type SweepRows = readonly (readonly number[])[];

/** Seeds that choose the peak, and seeds that test it. */
export interface PeakSplit {
  readonly tuning: SweepRows;
  readonly confirmation: SweepRows;
}

/**
 * The inner setting (column) with the highest mean; ends are no peak. Null below three settings or
 * without rows.
 */
export const innerPeak = (rows: SweepRows): number | null => {
  const k = rows[0]?.length ?? 0;
  if (k < 3) return null;
  const means = Array.from({ length: k }, (_, j) => mean(rows.map((row) => row[j] ?? Number.NaN)));
  return means.reduce((best, m, j) => (j > 0 && j < k - 1 && m > (means[best] ?? -Infinity) ? j : best), 1);
};

const contrast = (rows: SweepRows, inner: number, end: number): readonly number[] =>
  rows.map((row) => (row[inner] ?? Number.NaN) - (row[end] ?? Number.NaN));

/**
 * "Rises, then falls." The peak is chosen on tuning seeds; held, if on other seeds it lies above
 * both ends (two fixed contrasts, intersection-union). Contradicted, if every inner setting lies
 * below the same or another end (all seeds; for each setting the smaller p of its two contrasts,
 * Bonferroni over the two; over settings intersection-union): then no inner peak exists.
 * Equivalent: no inner setting is above both ends by more than the margin, and the chosen one is
 * not below either by more than the margin.
 */
export const decidePeak = (
  { tuning, confirmation }: PeakSplit,
  { margin, alpha = claimAlpha }: DecisionRule,
): Decision & { readonly peak: number | null } => {
  const peak = innerPeak(tuning);
  const last = (confirmation[0]?.length ?? 0) - 1;
  if (peak === null || last < 2)
    return { ...nothing('needs at least three settings and one tuning seed with all of them'), peak: null };
  const parts = [
    { name: 'rise', values: contrast(confirmation, peak, 0) },
    { name: 'fall', values: contrast(confirmation, peak, last) },
  ];
  const reason = missing(parts);
  if (reason !== null) return { ...nothing(reason), peak };
  const nearest = nearestOf(parts, alpha);
  const above = twice(most(parts.map(({ values }) => pAbove(values))));
  const all = [...tuning, ...confirmation];
  const inner = Array.from({ length: last - 1 }, (_, i) => i + 1);
  const noPeak = (bound: number): number =>
    twice(most(inner.map((j) => Math.min(1, 2 * least([0, last].map((end) => pBelow(contrast(all, j, end), bound)))))));
  const below = noPeak(0);
  const decided = (status: VerdictStatus, p: number) => ({ status, p, nearest, reason: null, peak });
  if (above < alpha) return decided('held', above);
  if (below < alpha) return decided('contradicted', below);
  if (margin !== null) {
    const flat = Math.max(noPeak(margin), twice(most(parts.map(({ values }) => pAbove(values, -margin)))));
    if (flat < alpha) return decided('equivalent', flat);
  }
  return decided('cannot tell', Math.min(above, below));
};
