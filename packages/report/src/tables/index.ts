import type { Cell } from '../study/study.ts';
import type { TableSpec } from '../spec.ts';
import { acrossTables } from './across.ts';
import { compareTables } from './compare.ts';
import { deepEnsembleTables } from './deep-ensemble.ts';
import { ensembleTables } from './ensemble.ts';
import { gridTables } from './grid.ts';
import { selectionTables } from './selection.ts';
import { sweepTables } from './sweep.ts';
import type { Table } from './table.ts';
import { versusTables } from './versus.ts';

/** The tables a specification asks for. */
export const buildTables = (cells: readonly Cell[], spec: TableSpec): Table[] => {
  switch (spec.kind) {
    case 'compare':
      return compareTables(cells, spec);
    case 'sweep':
      return sweepTables(cells, spec);
    case 'ensemble':
      return ensembleTables(cells, spec);
    case 'deep-ensemble':
      return deepEnsembleTables(cells, spec);
    case 'grid':
      return gridTables(cells, spec);
    case 'across':
      return acrossTables(cells, spec);
    case 'selection':
      return selectionTables(cells, spec);
    case 'versus':
      return versusTables(cells, spec);
  }
};
