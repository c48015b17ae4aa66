import type { Cell } from '../data/study.ts';
import type { TableSpec } from '../spec.ts';
import { compareTables } from './compare.ts';
import { ensembleTables } from './ensemble.ts';
import { sweepTables } from './sweep.ts';
import type { Table } from './table.ts';

/** The tables a specification asks for. */
export const buildTables = (cells: readonly Cell[], spec: TableSpec): Table[] => {
  switch (spec.kind) {
    case 'compare':
      return compareTables(cells, spec);
    case 'sweep':
      return sweepTables(cells, spec);
    case 'ensemble':
      return ensembleTables(cells, spec);
  }
};
