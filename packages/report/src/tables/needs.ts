import { mainMetric, show } from '../study/scores/metric.ts';
import type { Cell } from '../study/study.ts';
import { mostSeeds, type ClaimNeeds } from '../verdict/needs.ts';
import { column, type TableEntry, type Table, text } from './table.ts';

const seedsEntry = (seeds: number | null, needs: ClaimNeeds): TableEntry => {
  if (needs.reason !== null) return text('n/a');
  return seeds === null ? text(`more than ${mostSeeds}`) : { text: String(seeds), sort: seeds };
};

const verdict = ({ reason, toHold, toBeEquivalent }: ClaimNeeds): string => {
  if (reason !== null) return `cannot be planned: ${reason}`;
  if (toHold === null && toBeEquivalent === null) return 'cannot be decided with these data';
  if (toHold === null || toBeEquivalent === null) return 'can be decided in one way only';
  return 'can be decided';
};

const sentencesEntry = ({ sentences }: ClaimNeeds): TableEntry => {
  if (sentences === null) return text('n/a');
  const { needed, pilots, seeds } = sentences;
  const given = `with ${seeds} seeds; the pilots have ${pilots}`;
  return needed === null ? text(`no number (${given})`) : { text: `${needed} (${given})`, sort: needed };
};

const hours = (seeds: number | null, { coreHoursPerSeed }: ClaimNeeds): TableEntry =>
  seeds === null ? text('n/a') : { text: (seeds * coreHoursPerSeed).toFixed(2), sort: seeds * coreHoursPerSeed };

/** What each claim needs, from pilot runs. */
export const needsTable = (title: string, cells: readonly Cell[], needs: readonly ClaimNeeds[]): Table => ({
  name: 'power',
  title: `${title}: what each claim needs`,
  caption:
    'Planned from pilot runs, which must not decide afterwards. ' +
    'Spread: of the paired difference over seeds, raised to ' +
    'its one-sided 80 % limit. Seeds: for 80 % power with the ' +
    'test that decides; an effect as large as the margin, or none. Test sentences: of a run, for the same power with ' +
    'the planned seeds that test the claim; “no number” where the seeds alone spread too much.',
  columns: [
    column('claim', 'claim', 'left'),
    column('pilots', 'pilot seeds'),
    column('spread', 'spread'),
    column('margin', 'margin'),
    column('hold', 'seeds to hold'),
    column('equivalent', 'seeds to be equivalent'),
    column('sentences', 'test sentences to hold'),
    column('hours', 'core-hours'),
    column('verdict', 'can it be decided?', 'left'),
  ],
  rows: needs.map((need): TableEntry[] => {
    const { claim, pilotSeeds, spread, toHold, toBeEquivalent } = need;
    const metric = mainMetric(cells, claim.test.metric);
    const { margin } = claim.test;
    const most =
      toHold === null || toBeEquivalent === null ? (toHold ?? toBeEquivalent) : Math.max(toHold, toBeEquivalent);
    return [
      text(claim.text),
      { text: String(pilotSeeds), sort: pilotSeeds },
      spread === null ? text('n/a') : { text: show(metric, spread), sort: spread },
      margin ? { text: show(metric, margin.value), sort: margin.value } : text('n/a'),
      seedsEntry(toHold, need),
      seedsEntry(toBeEquivalent, need),
      sentencesEntry(need),
      hours(most, need),
      text(verdict(need)),
    ];
  }),
  notes: [],
});
