import type { Cell } from '../study/study.ts';
import { acrossTables, type AcrossTable } from './kinds/across.ts';
import { compareTables, type CompareTable } from './kinds/compare.ts';
import { deepEnsembleTables, type DeepEnsembleTable } from './kinds/deep-ensemble.ts';
import { ensembleTables, type EnsembleTable } from './kinds/ensemble.ts';
import { gridTables, type GridTable } from './kinds/grid.ts';
import { paperFormTables, type PaperFormTable } from './kinds/paper-form.ts';
import { selectionTables, type SelectionTable } from './kinds/selection.ts';
import { sweepTables, type SweepTable } from './kinds/sweep.ts';
import type { Table } from './table.ts';
import { versusTables, type VersusTable } from './kinds/versus.ts';

/** What a report may ask for as a table. */
export type TableSpec =
  | CompareTable
  | SweepTable
  | EnsembleTable
  | DeepEnsembleTable
  | GridTable
  | AcrossTable
  | SelectionTable
  | VersusTable
  | PaperFormTable;

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
    case 'paper-form':
      return paperFormTables(cells, spec);
  }
};
