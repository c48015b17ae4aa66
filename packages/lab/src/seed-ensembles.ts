import { methods } from '@lab/dropout';
import type { Arm, Cell, Labels, ReportSpec, Study } from '@lab/report';

/** One arm for each set of labels beside data set and seed, which an ensemble goes over. */
const armsOf = (cells: readonly Cell[]): readonly Arm[] => {
  const arms = cells.map(({ labels, record }): Arm => {
    const { dataset: _dataset, seed: _seed, ...rest }: Labels = labels;
    const where = { ...rest, method: labels.method ?? record.config.dropout.name };
    return { name: [...new Set(Object.values(where))].join(', '), where };
  });
  return [...new Map(arms.map((arm) => [arm.name, arm])).values()];
};

const overSeeds = ({ record }: Cell): boolean => methods.build(record.config.dropout).ensembleOver === 'seeds';
const overMasks = ({ record }: Cell): boolean => record.result.headline.readout.startsWith('ensemble');

/**
 * The report with a table of ensembles over seeds, where some of its runs are of a method whose members are the runs of its seeds and
 * the report has no such table of its own.
 */
export const withSeedEnsembles = ({ cells }: Study, spec: ReportSpec): ReportSpec => {
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
