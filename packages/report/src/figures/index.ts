import type { Cell } from '../study/study.ts';
import { allocationFigure, type AllocationFigure } from './kinds/allocation.ts';
import { barsFigure, type BarsFigure } from './kinds/bars.ts';
import type { Figure, FigureParts } from './figure.ts';
import { forestFigure, type ForestFigure } from './kinds/forest.ts';
import { heatmapFigure, type HeatmapFigure } from './kinds/heatmap.ts';
import { matrixFigure, type MatrixFigure } from './kinds/matrix.ts';
import { paretoFigure, type ParetoFigure } from './kinds/pareto.ts';
import { profileFigure, type ProfileFigure } from './kinds/profile.ts';
import { reliabilityFigure, type ReliabilityFigure } from './kinds/reliability.ts';
import { ensembleFigure, sweepFigure, type SweepFigure, type EnsembleFigure } from './kinds/sweep.ts';
import { gapFigure, progressFigure, type GapFigure, type ProgressFigure } from './kinds/training.ts';

/** What a report may ask for as a figure. */
export type FigureSpec =
  | SweepFigure
  | EnsembleFigure
  | BarsFigure
  | ForestFigure
  | GapFigure
  | ProgressFigure
  | ReliabilityFigure
  | ParetoFigure
  | HeatmapFigure
  | MatrixFigure
  | AllocationFigure
  | ProfileFigure;

const partsOf = (cells: readonly Cell[], spec: FigureSpec): FigureParts => {
  switch (spec.kind) {
    case 'sweep':
      return sweepFigure(cells, spec);
    case 'ensemble':
      return ensembleFigure(cells, spec);
    case 'bars':
      return barsFigure(cells, spec);
    case 'forest':
      return forestFigure(cells, spec);
    case 'gap':
      return gapFigure(cells, spec);
    case 'progress':
      return progressFigure(cells, spec);
    case 'reliability':
      return reliabilityFigure(cells, spec);
    case 'pareto':
      return paretoFigure(cells, spec);
    case 'heatmap':
      return heatmapFigure(cells, spec);
    case 'matrix':
      return matrixFigure(cells, spec);
    case 'allocation':
      return allocationFigure(cells, spec);
    case 'profile':
      return profileFigure(cells, spec);
  }
};

/** The figure a specification asks for. */
export const buildFigure = (cells: readonly Cell[], spec: FigureSpec): Figure => ({
  kind: spec.kind,
  ...partsOf(cells, spec),
});
