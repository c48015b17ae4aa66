import { caption } from '../caption.ts';
import { armsOf, bySeed, cellsOf, levels, points } from '../study/arm.ts';
import { heading } from '../study/metric.ts';
import { mainMetric } from '../study/main-metric.ts';
import type { Cell } from '../study/study.ts';
import { describe } from '../stats/describe.ts';
import type { SweepTable } from '../spec.ts';
import { meanEntry } from './entries.ts';
import { column, type Entry, type Table, text } from './table.ts';

/** One row for each arm and setting of the axis, one column for each metric. */
export const sweepTables = (cells: readonly Cell[], spec: SweepTable): Table[] => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const rows = arms.flatMap((arm) =>
    levels(cellsOf(cells, arm), spec.x).map((x): Entry[] => {
      const here = { ...arm, where: { ...arm.where, [spec.x]: x } };
      const stats = spec.metrics.map((name) => describe(bySeed(points(cells, here, name)).map((p) => p.value)));
      return [
        text(arm.name),
        typeof x === 'number' ? { text: String(x), sort: x } : text(x),
        { text: String(stats[0]?.n ?? 0), sort: stats[0]?.n ?? 0 },
        ...spec.metrics.map((name, i) => meanEntry(mainMetric(cells, name), stats[i]!)),
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
