import { heading, type Metric } from '../study/metric.ts';
import type { Part } from './figure.ts';
import { legendColumns } from './legend.ts';
import { type Spread, spreadNote } from './spread.ts';
import { colours, columnWidth, cycle, dashes, faint, member, shapes } from './theme.ts';

/** A setting of one series: x, centre and span in printed units. */
export interface LinePoint {
  readonly series: string;
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly seeds: number;
}

/** A horizontal line across the panel. */
export interface Reference {
  readonly series: string;
  readonly mean: number;
}

export interface LinePanel {
  readonly points: readonly LinePoint[];
  readonly references: readonly Reference[];
  readonly x: { readonly title: string; readonly log: boolean };
  readonly y: Metric;
  readonly height?: number;
}

/** Ratio between largest and smallest value above which an always positive axis is logarithmic. */
const wide = 4;

const yScale = (panel: LinePanel): { readonly scale: Part; readonly title: string } => {
  const values = [...panel.points.flatMap((p) => [p.low, p.high]), ...panel.references.map((r) => r.mean)];
  const low = Math.min(...values);
  const log = panel.y.name === 'nll' && low > 0 && Math.max(...values) / low > wide;
  return log
    ? { scale: { type: 'log', nice: true }, title: `${heading(panel.y)}, log scale` }
    : { scale: { zero: false, nice: true }, title: heading(panel.y) };
};

/** Series names in order of appearance: curves first, then references. */
export const seriesOf = (panels: readonly LinePanel[]): string[] => [
  ...new Set([
    ...panels.flatMap((p) => p.points.map((q) => q.series)),
    ...panels.flatMap((p) => p.references.map((r) => r.series)),
  ]),
];

/** More bands than this cover each other; then only the lines are drawn. */
const mostBands = 4;

/** Sentence for the caption: what the bands are, or why there are none. */
export const bandsNote = (series: readonly string[], kinds: readonly Spread['kind'][]): string =>
  series.length > mostBands
    ? 'More than four lines: spans are in the numbers below, not drawn.'
    : spreadNote('Bands', kinds);

/**
 * Bands, lines and points over x, with horizontal references. Colour, dash and shape all say the
 * series.
 */
export const linePanel = (panel: LinePanel, series: readonly string[]): Part => {
  const y = yScale(panel);
  const legend =
    series.length > 1
      ? { title: null, columns: legendColumns(series), symbolType: 'stroke', symbolSize: 220, symbolStrokeWidth: 1.6 }
      : null;
  const xs = [...new Set(panel.points.map((p) => p.x))].sort((a, b) => a - b);
  const x = {
    field: 'x',
    type: 'quantitative',
    title: panel.x.title,
    scale: panel.x.log ? { type: 'log', base: 2, nice: false } : { zero: false, nice: false, padding: 6 },
    axis: { values: xs, labelOverlap: true, labelFlush: false, labelExpr: 'datum.value' },
  };
  const channel = (range: readonly unknown[], shift: number): Part => ({
    field: 'series',
    type: 'nominal',
    sort: null,
    legend,
    scale: { domain: series, range: cycle(range, series.length, shift) },
  });
  const colour = channel(colours, 0);
  const dash = channel(dashes, 1);
  // Lines carry the legend; bands and points take colour and shape from the data, unscaled, so that
  // they stay out of it.
  const look = (name: string): { readonly colour: string; readonly shape: string } => {
    const i = series.indexOf(name);
    return { colour: member(colours, i), shape: member(shapes, i, 3) };
  };
  const filling = { field: 'colour', type: 'nominal', scale: null };
  const shape = { field: 'shape', type: 'nominal', scale: null };
  const mean = { field: 'mean', type: 'quantitative', title: y.title, scale: y.scale };
  const tooltip = [
    { field: 'series', type: 'nominal' },
    { field: 'x', type: 'quantitative', title: panel.x.title },
    { field: 'mean', type: 'quantitative', title: heading(panel.y), format: `.${panel.y.digits}f` },
    { field: 'low', type: 'quantitative', format: `.${panel.y.digits}f` },
    { field: 'high', type: 'quantitative', format: `.${panel.y.digits}f` },
    { field: 'seeds', type: 'quantitative' },
  ];
  const bands: Part[] = [
    {
      mark: { type: 'area', opacity: 0.14, tooltip: null },
      encoding: { x, y: { ...mean, field: 'low' }, y2: { field: 'high' }, fill: filling },
    },
  ];
  const layers: Part[] = [
    { mark: { type: 'line', strokeWidth: 1.4 }, encoding: { x, y: mean, stroke: colour, strokeDash: dash } },
    {
      mark: { type: 'point', filled: true, size: 38, opacity: 1 },
      encoding: { x, y: mean, fill: filling, shape, tooltip },
    },
  ];
  const rules: Part[] =
    panel.references.length === 0
      ? []
      : [
          {
            data: { values: panel.references },
            mark: { type: 'rule', strokeWidth: 1.2, color: faint },
            encoding: {
              y: mean,
              stroke: colour,
              strokeDash: dash,
              tooltip: [
                { field: 'series', type: 'nominal' },
                { field: 'mean', type: 'quantitative', title: heading(panel.y), format: `.${panel.y.digits}f` },
              ],
            },
          },
        ];
  return {
    width: columnWidth,
    height: panel.height ?? 120,
    data: { values: panel.points.map((p) => ({ ...p, ...look(p.series) })) },
    layer: [...(series.length > mostBands ? [] : bands), ...layers, ...rules],
  };
};
