import { caption } from '../study/caption.ts';
import { show } from '../study/metric.ts';
import type { Cell } from '../study/study.ts';
import { effectText, statusText, type Verdict } from '../verdict/verdict.ts';
import { pEntry } from './entries.ts';
import { column, type Entry, type Table, text } from './table.ts';

/** Verdicts as a table. */
export const verdictTable = (name: string, cells: readonly Cell[], verdicts: readonly Verdict[]): Table => ({
  name,
  title: 'What the papers claim and what these runs say',
  caption: caption(
    cells,
    [
      'Effects are turned so that positive speaks for the claim.',
      "The verdict follows each claim's own p (level .05); p Holm is for all claims of the table at once.",
    ].join(' '),
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
  rows: verdicts.map(({ claim, finding, status, pHolm }): Entry[] => [
    text(claim.text),
    text(claim.source),
    text(statusText({ status, finding })),
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
