import { readingOf } from '../study/arms/arm.ts';
import { heading, mainMetric, show, unitAfter } from '../study/scores/metric.ts';
import { seedOf, taskOf, value } from '../study/run.ts';
import type { Cell, Study } from '../study/study.ts';
import { describe, mean } from '../stats/describe.ts';
import { holm } from '../stats/tests/holm.ts';
import { detectable, pairedTest, seedInterval } from '../stats/tests/paired-test.ts';
import { intervalText, meanEntry, numberEntry, pEntry, testNote } from './entries.ts';
import { column, type TableEntry, type Table, text } from './table.ts';
import { toTerminal } from './formats/terminal.ts';
import { ranges } from '../study/caption.ts';

/** Two sets of results of one experiment, side by side. */
export interface StudyComparison {
  /** Cells (labels and seed) that both have. */
  readonly shared: number;
  /** Of these: all test metrics equal to the last bit. */
  readonly identical: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /**
   * Largest absolute difference of the main metric over shared cells, stored units; null without
   * shared cells.
   */
  readonly largest: number | null;
  readonly table: Table;
  /** One paragraph and the table, for the terminal. */
  readonly text: string;
}

const labelText = (cell: Cell): string =>
  Object.entries(cell.labels)
    .filter(([k]) => k !== 'seed')
    .map(([k, v]) => `${k} ${v}`)
    .join(', ');

const nameOf = (cell: Cell): string => `${labelText(cell)}\u0000${taskOf(cell)}\u0000${seedOf(cell)}`;

const own = (cell: Cell): number | null => value(cell, 'score', readingOf(cell, { name: '' }));

const testMetrics = ({ record: { result } }: Cell): string =>
  JSON.stringify([result.status, result.evaluations.filter((e) => e.split === 'test')]);

/**
 * This run's numbers (`a`) against other ones (`b`, for example the committed results): which cells
 * are equal to the last bit, and for each arm the paired difference over the seeds both have, with
 * the statistics of every other table. Cells are matched by labels, data set and seed, so results
 * of an older version still line up.
 */
export const compareStudies = (
  a: Study,
  b: Study,
  names: readonly [string, string] = ['this run', 'the other'],
): StudyComparison => {
  const other = new Map(b.cells.map((cell) => [nameOf(cell), cell]));
  const mine = new Map(a.cells.map((cell) => [nameOf(cell), cell]));
  const pairs = [...mine].flatMap(([name, cell]) => {
    const match = other.get(name);
    return match ? [{ a: cell, b: match }] : [];
  });
  const identical = pairs.filter((p) => testMetrics(p.a) === testMetrics(p.b)).length;
  const metric = mainMetric([...a.cells, ...b.cells], 'score');
  const arms = new Map<string, { a: number; b: number; seed: number }[]>();
  for (const p of pairs) {
    const [x, y] = [own(p.a), own(p.b)];
    if (x === null || y === null) continue;
    const arm = `${labelText(p.a)} (${taskOf(p.a)})`;
    arms.set(arm, [...(arms.get(arm) ?? []), { a: x, b: y, seed: seedOf(p.a) }]);
  }
  const compared = [...arms].map(([arm, list]) => {
    const differences = list.map((p) => p.a - p.b);
    return { arm, list, differences, test: pairedTest(differences) };
  });
  const adjusted = holm(compared.map(({ test }) => test.p));
  const rows = compared.map(({ arm, list, differences }, i): TableEntry[] => [
    text(arm),
    text(ranges(list.map((p) => p.seed))),
    meanEntry(metric, describe(list.map((p) => p.a))),
    meanEntry(metric, describe(list.map((p) => p.b))),
    numberEntry(metric, mean(differences), true),
    text(intervalText(metric, seedInterval(differences))),
    pEntry(adjusted[i] ?? null),
    numberEntry(metric, detectable(differences)),
  ]);
  const all = compared.flatMap(({ differences }) => differences.map(Math.abs));
  const largest = all.length === 0 ? null : Math.max(...all);
  const [onlyA, onlyB] = [mine.size - pairs.length, other.size - pairs.length];
  const table: Table = {
    name: `${a.name}-compared`,
    title: `${a.title}: ${names[0]} against ${names[1]}`,
    caption: `${heading(metric)}, each run's own readout, paired by labels, data set and seed.`,
    columns: [
      column('arm', 'arm', 'left'),
      column('seeds', 'seeds'),
      column('a', names[0]),
      column('b', names[1]),
      column('difference', 'difference'),
      column('interval', '95 %'),
      column('p-holm', 'p Holm'),
      column('mde', 'MDE'),
    ],
    rows,
    notes: [testNote],
  };
  const extra = [
    onlyA > 0 ? `${onlyA} only in ${names[0]}` : '',
    onlyB > 0 ? `${onlyB} only in ${names[1]}` : '',
  ].filter(Boolean);
  const unit = unitAfter(metric);
  const head =
    pairs.length === 0
      ? `${a.title}: ${names[0]} and ${names[1]} share no run.`
      : `${a.title}: ${identical} of ${pairs.length} shared runs have equal test metrics to the last ` +
        `bit; largest difference ${show(metric, largest)}${unit}.`;
  return {
    shared: pairs.length,
    identical,
    onlyA,
    onlyB,
    largest,
    table,
    text: [
      `${head}${extra.length > 0 ? ` ${extra.join(', ')}.` : ''}`,
      ...(rows.length > 0 && identical < pairs.length ? ['', toTerminal(table)] : []),
    ].join('\n'),
  };
};
