import type { Cell } from '../study/study.ts';
import type { FigureSpec } from '../spec.ts';
import { allocationFigure } from './allocation.ts';
import { barsFigure } from './bars.ts';
import type { Figure } from './figure.ts';
import { forestFigure } from './forest.ts';
import { heatmapFigure } from './heatmap.ts';
import { paretoFigure } from './pareto.ts';
import { profileFigure } from './profile.ts';
import { reliabilityFigure } from './reliability.ts';
import { ensembleFigure, sweepFigure } from './sweep.ts';
import { gapFigure, progressFigure } from './training.ts';

/** The figure a specification asks for. */
export const buildFigure = (cells: readonly Cell[], spec: FigureSpec): Figure => {
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
    case 'allocation':
      return allocationFigure(cells, spec);
    case 'profile':
      return profileFigure(cells, spec);
  }
};
