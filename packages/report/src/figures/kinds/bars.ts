import { caption } from '../../study/caption.ts';
import {
  type ReportArm,
  armsOf,
  byTask,
  cellsOf,
  paired,
  points,
  type Point,
  type OverArms,
} from '../../study/arms/arm.ts';
import { heading, mainMetric, type Metric, unitBeside } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { type FigureParts, type Part, type FigureRow, stack } from '../figure.ts';
import { spread, type Spread, spreadNote } from '../parts/spread.ts';
import { legendColumns, titleLines } from '../parts/legend.ts';
import { columnWidth, cycle, fills, ink } from '../parts/theme.ts';

export interface BarsFigure extends OverArms {
  readonly kind: 'bars';
  readonly metric: string;
  /** With one: a second panel of paired differences. */
  readonly baseline?: ReportArm;
}

interface Bar extends FigureRow {
  readonly task: string;
  readonly arm: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly seeds: number;
}

const bars = (list: readonly Point[], arm: ReportArm, m: Metric, kinds: Spread['kind'][]): Bar[] =>
  [...byTask(list)].flatMap(([task, some]) => {
    const s = spread(some.map((p) => p.value));
    if (s === null) return [];
    kinds.push(s.kind);
    return [{ task, arm: arm.name, mean: s.mean * m.scale, low: s.low * m.scale, high: s.high * m.scale, seeds: s.n }];
  });

/**
 * Where a truncated axis begins: a round number below everything shown, with room for a short bar.
 */
const floorOf = (list: readonly Bar[]): number => {
  const low = Math.min(...list.map((b) => b.low));
  const high = Math.max(...list.map((b) => b.high));
  const span = Math.max(high - low, Math.abs(high) * 1e-3, 1e-9);
  const step = 10 ** Math.floor(Math.log10(span));
  return low - span < 0 && low >= 0 ? 0 : Math.floor((low - span / 2) / step) * step;
};

const panelHeight = 130;

const panel = (list: readonly Bar[], names: readonly string[], title: string, from: number | null, m: Metric): Part => {
  const x = { field: 'task', type: 'nominal', sort: null, title: null, axis: { labelAngle: 0, ticks: false } };
  const offset = { field: 'arm', type: 'nominal', sort: names };
  const scale = from === null ? { zero: true, nice: true } : { domainMin: from, zero: false, nice: true };
  const fill = {
    field: 'arm',
    type: 'nominal',
    sort: names,
    scale: { domain: names, range: cycle(fills, names.length) },
    legend: { title: null, columns: legendColumns(names), symbolType: 'square', symbolStrokeColor: ink },
  };
  const tooltip = [
    { field: 'arm', type: 'nominal' },
    { field: 'task', type: 'nominal' },
    ...(['mean', 'low', 'high'] as const).map((field) => ({ field, type: 'quantitative', format: `.${m.digits}f` })),
    { field: 'seeds', type: 'quantitative' },
  ];
  const y = { field: 'mean', type: 'quantitative', title: titleLines(title, panelHeight), scale };
  return {
    width: columnWidth,
    height: panelHeight,
    data: { values: list },
    layer: [
      {
        mark: { type: 'bar', stroke: ink, strokeWidth: 0.8, clip: true },
        encoding: {
          x,
          xOffset: offset,
          y,
          ...(from === null ? {} : { y2: { datum: from } }),
          fill,
          tooltip,
        },
      },
      // A pale edge keeps the line visible on dark bars.
      ...[
        { color: '#FFFFFF', strokeWidth: 3 },
        { color: ink, strokeWidth: 1.2 },
      ].map((look) => ({
        mark: { type: 'rule', ...look },
        encoding: { x, xOffset: offset, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      })),
    ],
  };
};

/**
 * Grouped bars with intervals, by data set; with a baseline, a second panel of paired differences
 * that starts at zero.
 */
export const barsFigure = (cells: readonly Cell[], spec: BarsFigure): FigureParts => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const m = mainMetric(cells, spec.metric);
  const kinds: Spread['kind'][] = [];
  const { baseline } = spec;
  const all = arms.map((arm) => ({ arm, own: points(cells, arm, spec.metric) }));
  const scores = all.flatMap(({ arm, own }) => bars(own, arm, m, kinds));
  const base = baseline ? points(cells, baseline, spec.metric) : [];
  const differences = all.flatMap(({ arm, own }) =>
    baseline && arm.name !== baseline.name ? bars(paired(own, base), arm, m, kinds) : [],
  );
  const names = arms.map((arm) => arm.name);
  const from = scores.length === 0 ? 0 : floorOf(scores);
  const unit = unitBeside(m);
  const axisTitle = from === 0 ? heading(m) : `${heading(m)}, axis\u00a0from\u00a0${Number(from.toFixed(6))}`;
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(
      arms.flatMap((arm) => cellsOf(cells, arm)),
      'Bars: mean over seeds. ' +
        spreadNote('Lines', kinds) +
        (baseline ? ` Lower panel: paired differences to ${baseline.name}, same seeds.` : ''),
      spec.differs,
    ),
    spec: stack(
      [
        panel(scores, names, axisTitle, from, m),
        ...(baseline && differences.length > 0
          ? [panel(differences, names, `difference to ${baseline.name}${unit}`, null, m)]
          : []),
      ],
      `${spec.title}: ${heading(m)} of ${names.join(', ')}`,
    ),
    rows: [
      ...scores.map((b) => ({ panel: heading(m), ...b })),
      ...differences.map((b) => ({ panel: 'difference', ...b })),
    ],
  };
};
