import { show } from '../study/metric.ts';
import type { Cell } from '../study/study.ts';
import type { Claim } from '../spec.ts';
import { holm } from '../stats/holm.ts';
import { column, type Entry, type Table, text } from '../tables/table.ts';
import { pEntry, pText } from '../tables/entries.ts';
import { caption } from '../caption.ts';
import { type Finding, measureClaim } from './measure.ts';

export type Status = 'held' | 'not seen' | 'contradicted' | 'cannot tell';

/** A claim of a paper with what our runs say of it. */
export interface Verdict {
  readonly claim: Claim;
  readonly finding: Finding;
  readonly status: Status;
  /** After Holm over all claims of the report that could be tested: for the reader who asks about the whole list at once. */
  readonly pHolm: number | null;
  /** In words: status, effect, test, power. */
  readonly sentence: string;
}

const alpha = 0.05;

/** Each claim is a question of its own, so its own p decides; one claim with several parts needs all of them. */
const status = (f: Finding): Status => {
  if (f.p === null || !f.able) return 'cannot tell';
  if (f.p > alpha) return 'not seen';
  return f.agrees ? 'held' : 'contradicted';
};

const effectText = (f: Finding): string => {
  const unit = f.metric.differenceUnit === '' ? '' : ` ${f.metric.differenceUnit}`;
  return f.effect === null ? 'n/a' : `${show(f.metric, f.effect, true)}${unit}`;
};

const power = (f: Finding): string =>
  f.detectable === null
    ? `with ${f.n} seeds the exact test cannot go below p = ${(2 / 2 ** f.n).toFixed(3)}`
    : `an effect of ${show(f.metric, f.detectable)}${f.metric.differenceUnit === '' ? '' : ` ${f.metric.differenceUnit}`} would be seen with 80 % power`;

const sentence = (f: Finding, s: Status): string => {
  if (f.effect === null) return `Cannot tell: ${f.detail}.`;
  const head = {
    held: 'Held',
    'not seen': 'Not seen',
    contradicted: 'Contradicted',
    'cannot tell': 'Cannot tell at this n',
  }[s];
  const detail = f.detail === '' ? '' : `; ${f.detail}`;
  return `${head}: ${f.metric.title} ${effectText(f)} (positive speaks for the claim${detail}); ${f.test}, n = ${f.n}, p = ${pText(f.p, true)}; ${power(f)}.`;
};

/** Verdicts of all claims of a report. */
export const judge = (cells: readonly Cell[], claims: readonly Claim[]): Verdict[] => {
  const findings = claims.map((claim) => measureClaim(cells, claim.test));
  const adjusted = holm(findings.map((f) => (f.able ? f.p : null)));
  return claims.map((claim, i) => {
    const finding = findings[i]!;
    const s = status(finding);
    return { claim, finding, status: s, pHolm: adjusted[i]!, sentence: sentence(finding, s) };
  });
};

/** Verdicts as a table. */
export const verdictTable = (name: string, cells: readonly Cell[], verdicts: readonly Verdict[]): Table => ({
  name,
  title: 'What the papers claim and what these runs say',
  caption: caption(
    cells,
    "Effects are turned so that positive speaks for the claim. The verdict follows each claim's own p (level .05); p Holm is for all claims of the table at once.",
  ),
  columns: [
    column('claim', 'claim', 'left'),
    column('source', 'source', 'left'),
    column('verdict', 'verdict', 'left'),
    column('effect', 'effect'),
    column('p', 'p'),
    column('p-holm', 'p Holm'),
    column('seeds', 'seeds'),
    column('mde', 'seen with 80 % power'),
  ],
  rows: verdicts.map(({ claim, finding, status: s, pHolm }): Entry[] => [
    text(claim.text),
    text(claim.source),
    text(s === 'cannot tell' && finding.effect !== null ? 'cannot tell at this n' : s),
    finding.effect === null ? text('n/a') : { text: effectText(finding), sort: finding.effect },
    pEntry(finding.p, finding.able),
    pEntry(pHolm, finding.able),
    { text: String(finding.n), sort: finding.n },
    finding.detectable === null
      ? text('n/a')
      : { text: show(finding.metric, finding.detectable), sort: finding.detectable },
  ]),
  notes: verdicts.some((v) => !v.finding.able && v.finding.effect !== null)
    ? ['†: cannot be significant at this n: below 6 seeds an exact two-sided paired test stays above .05.']
    : [],
});
