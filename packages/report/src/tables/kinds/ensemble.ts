import { caption } from '../../study/caption.ts';
import { type ReportArm, armsOf, cellsOf, type OverArms, seedValues } from '../../study/arms/arm.ts';
import { heading, mainMetric } from '../../study/scores/metric.ts';
import { sizesOf } from '../../study/run.ts';
import type { Cell } from '../../study/study.ts';
import { describe } from '../../stats/describe.ts';
import { meanEntry } from '../entries.ts';
import { column, type TableEntry, type Table, text } from '../table.ts';

/**
 * Scores by ensemble size, all sizes from one set of members, with the single passes as first rows.
 */
export interface EnsembleTable extends OverArms {
  readonly kind: 'ensemble';
  readonly metrics: readonly string[];
}

/** Single passes first, then the ensemble sizes, all from the same trained weights. */
export const ensembleTables = (cells: readonly Cell[], spec: EnsembleTable): Table[] => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const line = (arm: ReportArm, name: string, size: number | null): TableEntry[] => {
    const stats = spec.metrics.map((m) => describe(seedValues(cells, arm, m)));
    return [
      text(arm.name),
      text(name),
      size === null ? text('-') : { text: String(size), sort: size },
      ...spec.metrics.map((name, i) => meanEntry(mainMetric(cells, name), stats[i] ?? null)),
    ];
  };
  const rows = arms.flatMap((arm) => [
    line({ ...arm, readout: 'deterministic' }, 'deterministic', null),
    line({ ...arm, readout: 'mean-field' }, 'mean-field', null),
    ...sizesOf(cellsOf(cells, arm)).map((members) =>
      line({ ...arm, readout: 'ensemble', members }, 'ensemble', members),
    ),
  ]);
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        arms.flatMap((arm) => cellsOf(cells, arm)),
        'Mean over seeds, ± standard deviation over seeds (n - 1). ' +
          'Every row of a series reads the same trained weights; ensembles are nested.',
        spec.differs,
      ),
      columns: [
        column('series', 'series', 'left'),
        column('readout', 'readout', 'left'),
        column('M', 'M'),
        ...spec.metrics.map((m) => column(m, heading(mainMetric(cells, m)))),
      ],
      rows: rows.filter((row) => row.slice(3).some((e) => e.text !== 'n/a')),
      notes: [],
    },
  ];
};
