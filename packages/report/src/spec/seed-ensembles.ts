import type { Labels } from '@lab/records';
import type { ReportArm } from '../study/arms/arm.ts';
import type { Cell, Study } from '../study/study.ts';
import type { ReportSpec } from './spec.ts';

/** One arm for each set of labels beside data set and seed, which an ensemble goes over. */
const armsOf = (cells: readonly Cell[]): readonly ReportArm[] => {
  const arms = cells.map(({ labels, record }): ReportArm => {
    const { dataset: _dataset, seed: _seed, ...rest }: Labels = labels;
    const where = { ...rest, method: labels.method ?? record.config.dropout.name };
    return { name: [...new Set(Object.values(where))].join(', '), where };
  });
  return [...new Map(arms.map((arm) => [arm.name, arm])).values()];
};

const overMasks = ({ record }: Cell): boolean => record.result.headline.readout.startsWith('ensemble');

/**
 * The report with a table of ensembles over seeds, where `overSeeds` holds for some of its runs
 * (their method's members are the runs of its seeds) and the report has no such table of its own.
 */
export const withSeedEnsembles = (
  { cells }: Study,
  spec: ReportSpec,
  overSeeds: (cell: Cell) => boolean,
): ReportSpec => {
  const deep = cells.filter(overSeeds);
  if (deep.length === 0 || spec.tables.some(({ kind }) => kind === 'deep-ensemble')) return spec;
  return {
    ...spec,
    tables: [
      ...spec.tables,
      {
        kind: 'deep-ensemble',
        name: 'deep-ensemble',
        title: 'Ensembles of seeds and of masks',
        arms: armsOf(deep),
        masks: armsOf(cells.filter(overMasks)),
        metrics: ['score', 'nll', 'ece'],
      },
    ],
  };
};
