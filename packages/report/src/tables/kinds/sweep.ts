import { caption } from '../../study/caption.ts';
import { armAt, armsOf, cellsOf, levels, type OverArms, seedValues } from '../../study/arms/arm.ts';
import { heading, mainMetric } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { describe } from '../../stats/describe.ts';
import { meanEntry } from '../entries.ts';
import { column, type TableEntry, type Table, text } from '../table.ts';

/** Scores along one axis (p, N, r, …), with what changes from the first setting. */
export interface SweepTable extends OverArms {
  readonly kind: 'sweep';
  readonly x: string;
  readonly metrics: readonly string[];
}

/** One row for each arm and setting of the axis, one column for each metric. */
export const sweepTables = (cells: readonly Cell[], spec: SweepTable): Table[] => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const rows = arms.flatMap((arm) =>
    levels(cellsOf(cells, arm), spec.x).map((x): TableEntry[] => {
      const here = armAt(arm, spec.x, x);
      const stats = spec.metrics.map((name) => describe(seedValues(cells, here, name)));
      return [
        text(arm.name),
        typeof x === 'number' ? { text: String(x), sort: x } : text(x),
        { text: String(stats[0]?.n ?? 0), sort: stats[0]?.n ?? 0 },
        ...spec.metrics.map((name, i) => meanEntry(mainMetric(cells, name), stats[i] ?? null)),
      ];
    }),
  );
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        arms.flatMap((arm) => cellsOf(cells, arm)),
        'Mean over seeds, ± standard deviation over seeds (n - 1).',
        spec.differs,
      ),
      columns: [
        column('series', 'series', 'left'),
        column(spec.x, spec.x),
        column('n', 'seeds'),
        ...spec.metrics.map((name) => column(name, heading(mainMetric(cells, name)))),
      ],
      rows,
      notes: [],
    },
  ];
};
