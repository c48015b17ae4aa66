import type { Metric } from '../study/scores/metric.ts';
import { seedOf } from '../study/run.ts';
import type { Cell } from '../study/study.ts';
import { sd } from '../stats/describe.ts';
import { correlations, jointMde, jointPower } from '../stats/power/guarded-power.ts';
import { fewestSeeds } from '../stats/intervals/mean-interval.ts';
import type { Look } from '../stats/tests/sequential.ts';
import type { ClaimTest } from './claim.ts';
import { lostRuns, unequalTasks } from './complete.ts';
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

/** Seeds that an evidence needed: for a peak those that choose it too. */
const seedsUsed = (evidence: Evidence): number => seedsOf(evidence) + (evidence.peak?.tuning.length ?? 0);

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

/** What a test may use at one look. */
interface LookRule {
  readonly alpha: number;
  /** Seeds at the first of several looks. */
  readonly firstLook?: number;
}

const measureAt = (cells: readonly Cell[], test: ClaimTest, { alpha, firstLook }: LookRule) => {
  const evidence = evidenceOf(cells, test, firstLook);
  const lost = lostRuns(cells, test);
  const found = decideOn(evidence, test, alpha);
  const decision = lost === null ? found : { ...found, status: 'cannot tell' as const, p: null, reason: lost };
  const parts = evidence.peak ? contrasts(evidence, decision.peak) : evidence.parts;
  const finding: Finding = {
    ...decision,
    metric: evidence.metric,
    n: seedsOf(evidence),
    ...powers(parts, test.margin?.value ?? null, alpha),
    detail: [detailOf(evidence, decision), unequalTasks(cells, test)].filter((part) => part !== '').join('; '),
  };
  return { finding, used: seedsUsed(evidence) };
};

const firstSeeds = (cells: readonly Cell[], count: number): readonly Cell[] => {
  const seeds = [...new Set(cells.map(seedOf))].sort((a, b) => a - b).slice(0, count);
  return cells.filter((cell) => seeds.includes(seedOf(cell)));
};

/**
 * Runs the test of a claim on the cells. With looks only the seeds of a look decide, in rising
 * order, and the first decision stays. Pure.
 */
export const measureClaim = (
  cells: readonly Cell[],
  test: ClaimTest,
  looks: readonly Look[] | null = null,
): Finding => {
  const [first] = looks ?? [];
  if (!looks || !first) return measureAt(cells, test, { alpha: claimAlpha }).finding;
  let latest: Finding | null = null;
  for (const { seeds, nominal } of looks) {
    const { finding, used } = measureAt(firstSeeds(cells, seeds), test, { alpha: nominal, firstLook: first.seeds });
    if (used !== seeds) continue;
    if (finding.status !== 'cannot tell') return finding;
    latest = finding;
  }
  if (latest) return latest;
  const { finding, used } = measureAt(cells, test, { alpha: claimAlpha, firstLook: first.seeds });
  const reason = `${used} seeds are no planned look (${looks.map(({ seeds }) => seeds).join(', ')})`;
  return { ...finding, status: 'cannot tell', p: null, reason: finding.reason ?? reason };
};
