import { caption } from '../../study/caption.ts';
import { type ReportArm, armAt, armsOf, cellsOf, levels, type OverArms, seedValues } from '../../study/arms/arm.ts';
import { sizesOf } from '../../study/run.ts';
import { heading, mainMetric, type Metric } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { type FigureParts, stack } from '../figure.ts';
import type { LinePanel, LinePoint, Reference } from '../parts/line-panel.ts';
import { linePanels, spansNote, seriesOf } from '../parts/lines.ts';
import { spread, type Spread } from '../parts/spread.ts';

export interface SweepFigure extends OverArms {
  readonly kind: 'sweep';
  readonly x: string;
  readonly xTitle?: string;
  readonly metrics: readonly string[];
  /** Horizontal reference lines (plain LoRA). */
  readonly references?: readonly ReportArm[];
  readonly log?: boolean;
}

export interface EnsembleFigure extends OverArms {
  readonly kind: 'ensemble';
  readonly metrics: readonly string[];
}

const scores = (cells: readonly Cell[], arm: ReportArm, metric: string): number[] => seedValues(cells, arm, metric);

const point = (series: string, x: number, m: Metric, s: Spread): LinePoint => ({
  series,
  x,
  mean: s.mean * m.scale,
  low: s.low * m.scale,
  high: s.high * m.scale,
  seeds: s.n,
});

const reference = (cells: readonly Cell[], arm: ReportArm, name: string, m: Metric, metric: string): Reference[] => {
  const s = spread(scores(cells, arm, metric));
  return s === null ? [] : [{ series: name, mean: s.mean * m.scale }];
};

interface Drawn {
  readonly panels: readonly LinePanel[];
  readonly kinds: readonly Spread['kind'][];
}

const finish = (
  spec: { readonly name: string; readonly title: string; readonly differs?: string },
  cells: readonly Cell[],
  { panels, kinds }: Drawn,
  more = '',
): FigureParts => {
  const shown = panels.filter((p) => p.points.length > 0);
  const series = seriesOf(shown);
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(cells, 'Points: mean over seeds. ' + `${spansNote(shown, kinds)}${more}`, spec.differs),
    spec: stack(
      linePanels(shown, series),
      `${spec.title}: ${shown.map((p) => heading(p.y)).join(', ')} against ${shown[0]?.x.title ?? ''}`,
    ),
    rows: shown.flatMap((p) => p.points.map((q) => ({ metric: heading(p.y), ...q }))),
  };
};

/** Metrics against one axis, one panel each, one line for each arm, with horizontal references. */
export const sweepFigure = (cells: readonly Cell[], spec: SweepFigure): FigureParts => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const kinds: Spread['kind'][] = [];
  const panels = spec.metrics.map((metric): LinePanel => {
    const y = mainMetric(cells, metric);
    const list = arms.flatMap((arm) =>
      levels(cellsOf(cells, arm), spec.x).flatMap((x) => {
        const s = spread(scores(cells, armAt(arm, spec.x, x), metric));
        if (s === null || typeof x !== 'number') return [];
        kinds.push(s.kind);
        return [point(arm.name, x, y, s)];
      }),
    );
    const references = (spec.references ?? []).flatMap((arm) => reference(cells, arm, arm.name, y, metric));
    return { points: list, references, x: { title: spec.xTitle ?? spec.x, log: spec.log ?? false }, y };
  });
  return finish(
    spec,
    arms.flatMap((arm) => cellsOf(cells, arm)),
    { panels, kinds },
  );
};

/**
 * Metrics against ensemble size M, with the deterministic and the mean-field pass of the same
 * weights as reference lines.
 */
export const ensembleFigure = (cells: readonly Cell[], spec: EnsembleFigure): FigureParts => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const kinds: Spread['kind'][] = [];
  const label = (arm: ReportArm, readout: string): string => (arms.length === 1 ? readout : `${arm.name}, ${readout}`);
  const panels = spec.metrics.map((metric): LinePanel => {
    const y = mainMetric(cells, metric);
    const list = arms.flatMap((arm) =>
      sizesOf(cellsOf(cells, arm)).flatMap((members) => {
        const s = spread(scores(cells, { ...arm, readout: 'ensemble', members }, metric));
        if (s === null) return [];
        kinds.push(s.kind);
        return [point(label(arm, 'ensemble'), members, y, s)];
      }),
    );
    const references = arms.flatMap((arm) =>
      (['mean-field', 'deterministic'] as const).flatMap((readout) =>
        reference(cells, { ...arm, readout }, label(arm, readout), y, metric),
      ),
    );
    return { points: list, references, x: { title: 'ensemble size M', log: true }, y };
  });
  return finish(
    spec,
    arms.flatMap((arm) => cellsOf(cells, arm)),
    { panels, kinds },
    ' Lines across: single passes of the same weights. Ensembles are nested: each size holds the smaller ones.',
  );
};
