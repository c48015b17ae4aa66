import { caption } from '../study/caption.ts';
import { show } from '../study/scores/metric.ts';
import type { ReportSpec } from '../spec/spec.ts';
import type { Cell } from '../study/study.ts';
import { sharedRuns } from '../verdict/beside.ts';
import { effectText, percentText, type Verdict } from '../verdict/verdict.ts';
import { pEntry } from './entries.ts';
import { column, type TableEntry, type Table, text } from './table.ts';

/** One sentence for claims that are held on the same runs. */
const sharedNotes = (cells: readonly Cell[], verdicts: readonly Verdict[]): string[] => {
  const claims = verdicts.filter(({ status }) => status === 'held').map(({ claim }) => claim);
  return sharedRuns(cells, claims).map(
    ({ a, b, runs }) => `${a} and ${b} are both held on partly the same runs (${runs}): they are not independent.`,
  );
};

/** Verdicts as a table. */
export const verdictTable = (
  { registration, paper }: Pick<ReportSpec, 'registration' | 'paper'>,
  cells: readonly Cell[],
  verdicts: readonly Verdict[],
): Table => ({
  name: 'verdicts',
  title: `${paper === '' ? 'What was asked' : 'What the papers claim'} and what these runs say`,
  caption: caption(
    cells,
    [
      'Effect: of the part of the claim that is nearest to failing, ' +
        'with its 95 % interval over seeds; positive speaks for the claim.',
      'Held: all parts above zero. Equivalent: the smallest within the margin. Contradicted: a part below zero.',
      'One level for all: 2.5 % for each direction and each side ' +
        'of a margin; p Holm is for all claims of the table at once.',
    ].join(' '),
  ),
  columns: [
    column('claim', 'claim', 'left'),
    column('source', 'source', 'left'),
    column('verdict', 'verdict', 'left'),
    column('effect', 'effect [95 %]'),
    column('p', 'p'),
    column('p-holm', 'p Holm'),
    column('seeds', 'seeds'),
    column('mde', 'found with 80 % power'),
    column('margin', 'margin'),
    column('power', 'power at the margin'),
    ...(registration ? [column('registered', 'registered', 'left')] : []),
  ],
  rows: verdicts.map(({ claim, finding, status, pHolm, beside }): TableEntry[] => {
    const { metric, nearest, detectable } = finding;
    const { margin } = claim.test;
    const number = (value: number | null | undefined): TableEntry =>
      value === null || value === undefined ? text('n/a') : { text: show(metric, value), sort: value };
    return [
      text(claim.text),
      text(claim.source),
      text([status, ...beside].join('; ')),
      nearest === null ? text('n/a') : { text: effectText(finding), sort: nearest.mean },
      pEntry(finding.p),
      pEntry(pHolm),
      { text: String(finding.n), sort: finding.n },
      number(detectable),
      number(margin?.value),
      { text: percentText(finding.powerAtMargin), sort: finding.powerAtMargin },
      ...(registration ? [text(registration.claims[claim.id] ?? 'not registered')] : []),
    ];
  }),
  notes: [
    ...new Set(
      verdicts.flatMap(({ claim: { test }, finding: { metric } }) =>
        test.margin ? [`Margin ${show(metric, test.margin.value)} of ${metric.title}: ${test.margin.from}.`] : [],
      ),
    ),
    ...sharedNotes(cells, verdicts),
    ...(registration ? [`Protocol registered ${registration.at}, sha256 ${registration.sha256}.`] : []),
  ],
});
