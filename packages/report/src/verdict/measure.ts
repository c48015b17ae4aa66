import type { Metric } from '../study/scores/metric.ts';
import type { Cell } from '../study/study.ts';
import { sd } from '../stats/describe.ts';
import { correlations, jointMde, jointPower } from '../stats/power/guarded-power.ts';
import { fewestSeeds } from '../stats/intervals/mean-interval.ts';
import { type Look, levelAt } from '../stats/tests/sequential.ts';
import type { ClaimTest } from './claim.ts';
import { claimAlpha, type ClaimPart, decideAll, decideNoGain, decidePeak, type Decision } from './decide.ts';
import { type Evidence, evidenceOf } from './evidence.ts';

/** What a claim's test found. Effects are turned so that positive speaks for the claim. */
export interface Finding extends Decision {
  readonly metric: Metric;
  /** Seeds that decide: the fewest over the parts. */
  readonly n: number;
  /**
   * Smallest effect over the parts that 80 % of such studies would find (all parts together); null
   * without data.
   */
  readonly detectable: number | null;
  /**
   * Power to call the claim held if every true effect were as large as the margin; null without
   * margin or data.
   */
  readonly powerAtMargin: number | null;
  /** More for the sentence: where the peak is, which arm was nearest. */
  readonly detail: string;
}

const equalLengths = (parts: readonly ClaimPart[]): readonly (readonly number[])[] => {
  const n = Math.min(...parts.map(({ values }) => values.length));
  return parts.map(({ values }) => values.slice(0, n));
};

/**
 * Smallest common effect found with 80 % power, and the power at the margin, from the spread of
 * these very differences.
 */
const powers = (parts: readonly ClaimPart[], margin: number | null, alpha: number) => {
  const lists = equalLengths(parts);
  const n = lists[0]?.length ?? 0;
  if (n < fewestSeeds) return { detectable: null, powerAtMargin: null };
  const design = { spreads: lists.map((list) => sd(list)), correlation: correlations(lists), n, alpha };
  return {
    detectable: jointMde(design),
    powerAtMargin: margin === null ? null : jointPower({ ...design, effect: margin }),
  };
};

const seedsOf = ({ parts, peak }: Evidence): number =>
  peak ? peak.confirmation.length : Math.min(...(parts.length > 0 ? parts.map(({ values }) => values.length) : [0]));

/** The two contrasts that a peak claim rests on, for its power. */
const contrasts = ({ peak }: Evidence, at: number | null): readonly ClaimPart[] => {
  if (!peak || at === null) return [];
  const last = peak.at.length - 1;
  return [0, last].map((end) => ({
    name: 'contrast',
    values: peak.confirmation.map((row) => (row[at] ?? 0) - (row[end] ?? 0)),
  }));
};

const decideOn = (evidence: Evidence, test: ClaimTest, alpha: number): Decision & { readonly peak: number | null } => {
  const margin = test.margin?.value ?? null;
  if (test.kind === 'no-gain') {
    const [part = { name: test.arm.name, values: [] }] = evidence.parts;
    return { ...decideNoGain(part, { margin: test.margin.value, alpha }), peak: null };
  }
  if (evidence.peak) return decidePeak(evidence.peak, { margin, alpha });
  return { ...decideAll(evidence.parts, { margin, alpha }), peak: null };
};

const detailOf = (evidence: Evidence, { nearest, peak }: Decision & { readonly peak: number | null }): string =>
  [
    evidence.detail,
    evidence.peak && peak !== null
      ? `peak at ${evidence.peak.at[peak]}, chosen on ${evidence.peak.tuning.length} other seeds`
      : '',
    evidence.parts.length > 1 || evidence.peak ? `nearest: ${nearest?.name ?? 'none'}` : '',
  ]
    .filter((part) => part !== '')
    .join('; ');

/**
 * Runs the test of a claim on the cells; with looks only where the seeds are at one of them. Pure.
 */
export const measureClaim = (
  cells: readonly Cell[],
  test: ClaimTest,
  looks: readonly Look[] | null = null,
): Finding => {
  const evidence = evidenceOf(cells, test);
  const n = seedsOf(evidence);
  const level = levelAt(looks, n);
  const alpha = level === null ? claimAlpha : 1 - level;
  const decision = decideOn(evidence, test, alpha);
  const parts = evidence.peak ? contrasts(evidence, decision.peak) : evidence.parts;
  const common = {
    metric: evidence.metric,
    n,
    ...powers(parts, test.margin?.value ?? null, alpha),
    detail: detailOf(evidence, decision),
  };
  if (level !== null || decision.reason !== null) return { ...decision, ...common };
  const planned = looks?.map(({ seeds }) => seeds).join(', ');
  return {
    ...decision,
    ...common,
    status: 'cannot tell',
    p: null,
    reason: `${n} seeds are no planned look (${planned})`,
  };
};
