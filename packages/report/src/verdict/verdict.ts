import { pText, show, unitAfter } from '../study/metric.ts';
import type { Cell } from '../study/study.ts';
import type { Claim } from './claim.ts';
import { holm } from '../stats/holm.ts';
import { type Finding, measureClaim } from './measure.ts';

export type Status = 'held' | 'not seen' | 'contradicted' | 'cannot tell';

/** A claim of a paper with what our runs say of it. */
export interface Verdict {
  readonly claim: Claim;
  readonly finding: Finding;
  readonly status: Status;
  /**
   * After Holm over all claims of the report that could be tested: for the reader who asks about
   * the whole list at once.
   */
  readonly pHolm: number | null;
  /** In words: status, effect, test, power. */
  readonly sentence: string;
}

const alpha = 0.05;

/**
 * Each claim is a question of its own, so its own p decides; one claim with several parts needs all
 * of them.
 */
const statusOf = (f: Finding): Status => {
  if (f.p === null || !f.able) return 'cannot tell';
  if (f.p > alpha) return 'not seen';
  return f.agrees ? 'held' : 'contradicted';
};

/** The effect with its unit; n/a where nothing could be compared. */
export const effectText = ({ effect, metric }: Finding): string =>
  effect === null ? 'n/a' : `${show(metric, effect, true)}${unitAfter(metric)}`;

/** The status as tables and badges print it. */
export const statusText = ({ status, finding }: Pick<Verdict, 'status' | 'finding'>): string =>
  status === 'cannot tell' && finding.effect !== null ? 'cannot tell at this n' : status;

const power = (f: Finding): string =>
  f.detectable === null
    ? `with ${f.n} seeds the exact test cannot go below p = ${(2 / 2 ** f.n).toFixed(3)}`
    : `an effect of ${show(f.metric, f.detectable)}${unitAfter(f.metric)} would be seen with 80 % power`;

const sentence = (f: Finding, s: Status): string => {
  if (f.effect === null) return `Cannot tell: ${f.detail}.`;
  const head = {
    held: 'Held',
    'not seen': 'Not seen',
    contradicted: 'Contradicted',
    'cannot tell': 'Cannot tell at this n',
  }[s];
  const detail = f.detail === '' ? '' : `; ${f.detail}`;
  return [
    `${head}: ${f.metric.title} ${effectText(f)} (positive speaks for the claim${detail})`,
    `${f.test}, n = ${f.n}, p = ${pText(f.p, true)}`,
    `${power(f)}.`,
  ].join('; ');
};

/** Verdicts of all claims of a report. */
export const judge = (cells: readonly Cell[], claims: readonly Claim[]): Verdict[] => {
  const findings = claims.map((claim) => measureClaim(cells, claim.test));
  const adjusted = holm(findings.map((f) => (f.able ? f.p : null)));
  return claims.flatMap((claim, i) => {
    const finding = findings[i];
    if (!finding) return [];
    const status = statusOf(finding);
    return [{ claim, finding, status, pHolm: adjusted[i] ?? null, sentence: sentence(finding, status) }];
  });
};
