import { caption } from '../study/caption.ts';
import { type Answer, decidingSeeds } from '../study/arms/answer.ts';
import { cellsOf, seedValues } from '../study/arms/arm.ts';
import { heading, metricOf, unitBeside } from '../study/scores/metric.ts';
import type { Cell } from '../study/study.ts';
import { describe } from '../stats/describe.ts';
import { differenceEntry, meanEntry, numberEntry, pEntry } from './entries.ts';
import { column, type TableEntry, type Table, text, withoutEmpty } from './table.ts';

const whole = (value: number | null): TableEntry =>
  value === null ? text('n/a') : { text: String(value), sort: value };

/** Methods by test score, each at the setting that validation chose, beside the baseline. */
export const rankingTable = (cells: readonly Cell[], { metric, asked, baseline, ranked }: Answer): Table => {
  const others = ['nll'].filter((name) => name !== asked);
  const isTuned = ranked.some(({ tried }) => tried > 1);
  const table: Table = {
    name: 'ranking',
    title: 'Methods, best first',
    caption: caption(
      ranked.flatMap(({ arm }) => cellsOf(cells, arm)),
      `${heading(metric)}, own readout: mean over seeds, ± standard deviation over seeds (n - 1)` +
        `${baseline === null ? '' : `; difference to ${baseline}, paired by seed`}.` +
        (isTuned ? ' Each method at the setting with its best validation score.' : ''),
    ),
    columns: [
      column('method', 'method', 'left'),
      column('rank', 'rank'),
      ...(isTuned ? [column('setting', 'chosen setting', 'left'), column('tried', 'settings')] : []),
      column('n', 'seeds'),
      column('validation', 'validation'),
      column('score', heading(metric)),
      ...others.map((name) => column(name, heading(metricOf(name)))),
      column('difference', `difference${unitBeside(metric)} [95 %]`),
      column('p', 'p'),
      column('deciding', 'seeds that would decide'),
    ],
    rows: ranked.map(({ rank, name, arm, tried, validation, difference }): TableEntry[] => [
      text(name),
      whole(rank),
      ...(isTuned ? [text(tried > 1 ? arm.name : '-'), whole(tried)] : []),
      whole(seedValues(cells, arm, asked).length),
      numberEntry(metric, validation),
      meanEntry(metric, describe(seedValues(cells, arm, asked))),
      ...others.map((name) => meanEntry(metricOf(name), describe(seedValues(cells, arm, name)))),
      difference === null ? text(name === baseline ? 'baseline' : 'n/a') : differenceEntry(metric, difference),
      difference === null ? text('n/a') : pEntry(difference.test.p),
      whole(difference && decidingSeeds(difference)),
    ]),
    notes: [
      'Methods of one rank: the test over seeds cannot tell them from the first of them.',
      'Seeds that would decide: for 80 % power, if the difference seen here were the true one.',
    ],
  };
  return withoutEmpty(table, ['rank', 'method', 'difference']);
};
