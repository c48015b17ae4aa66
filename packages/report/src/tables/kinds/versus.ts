import { caption } from '../../study/caption.ts';
import { cellsOf, type ReportArm, type Titled } from '../../study/arms/arm.ts';
import { compareArms } from '../../study/arms/comparison.ts';
import { heading, mainMetric, unitBeside } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { paperNumbers, type PaperTable } from '../paper-numbers.ts';
import { holm } from '../../stats/tests/holm.ts';
import { differenceEntry, numberEntry, pEntry, testNote } from '../entries.ts';
import { markNotes, paperEntry } from './grid.ts';
import { column, type TableEntry, type Table, text } from '../table.ts';

/** One arm against several others (HiddenKey, Table 8). */
export interface VersusTable extends Titled {
  readonly kind: 'versus';
  readonly arm: ReportArm;
  readonly against: readonly ReportArm[];
  readonly metric: string;
  readonly paper?: PaperTable;
}

/**
 * One arm against each of several others, with the paper's p values behind ours; none where the arm
 * has no runs.
 */
export const versusTables = (cells: readonly Cell[], spec: VersusTable): Table[] => {
  if (cellsOf(cells, spec.arm).length === 0) return [];
  const metric = mainMetric(cells, spec.metric);
  const comparisons = spec.against.map((other) => ({ other, c: compareArms(cells, spec.arm, other, spec.metric) }));
  const adjusted = holm(comparisons.map(({ c }) => c.test.p));
  const numbers = spec.paper ? paperNumbers(spec.paper.paper, spec.paper.table, spec.paper.model) : [];
  const sets = [...new Set(numbers.map((n) => n.dataset))];
  const unit = unitBeside(metric);
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        [spec.arm, ...spec.against].flatMap((arm) => cellsOf(cells, arm)),
        `${heading(metric)} of ${spec.arm.name} minus the row's, paired by seed.`,
        spec.differs,
      ),
      columns: [
        column('against', 'against', 'left'),
        column('pairs', 'pairs'),
        column('difference', `difference${unit} [95 %]`),
        column('p', 'p'),
        column('p-holm', 'p Holm'),
        column('mde', 'MDE'),
        ...sets.map((d) => column(`paper ${d} p`, `paper: ${d} p`)),
      ],
      rows: comparisons.map(({ other, c }, i): TableEntry[] => [
        text(other.name),
        { text: String(c.summary?.n ?? 0), sort: c.summary?.n ?? 0 },
        differenceEntry(metric, c),
        pEntry(c.test.p),
        pEntry(adjusted[i] ?? null),
        numberEntry(metric, c.detectable),
        ...sets.map((d) => paperEntry(numbers.find((n) => n.dataset === d && n.method === other.paper))),
      ]),
      notes: [testNote, ...(spec.paper ? markNotes(numbers, spec.paper) : [])],
    },
  ];
};
