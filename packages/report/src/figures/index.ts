import type { Cell } from '../data/study.ts';
import type { FigureSpec } from '../spec.ts';
import { barsFigure } from './bars.ts';
import type { Figure } from './figure.ts';
import { forestFigure } from './forest.ts';
import { ensembleFigure, sweepFigure } from './sweep.ts';

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
  }
};
