import { heading } from '../../study/scores/metric.ts';
import type { Part } from '../figure.ts';
import { legendColumns } from './legend.ts';
import type { LinePanel } from './line-panel.ts';
import { smallMultiples } from './multiples.ts';
import { type Spread, spreadNote } from './spread.ts';
import { colours, columnWidth, cycle, dashes, faint, member, shapes } from './theme.ts';

/** Ratio between largest and smallest value above which an always positive axis is logarithmic. */
const wide = 10;

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

/** More lines than this in one panel cannot be followed; each then has a small panel of its own. */
const mostLines = 6;

const curvesOf = ({ points }: LinePanel): number => new Set(points.map(({ series }) => series)).size;

/** Sentence for the caption: what the vertical lines are, and what small panels show. */
export const spansNote = (panels: readonly LinePanel[], kinds: readonly Spread['kind'][]): string =>
  spreadNote('Vertical lines', kinds) +
  (panels.some((panel) => curvesOf(panel) > mostLines) ? ' Each panel: one series over the grey lines of all.' : '');

/**
 * Share of the axis that neighbouring series stand apart, so that their spans do not hide each
 * other.
 */
const apart = 0.012;

/** Points with the place where they are drawn: series stand a little apart from each other. */
const placed = ({ points, x }: LinePanel, series: readonly string[]) => {
  const xs = points.map((p) => p.x);
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const shown = series.filter((name) => points.some((p) => p.series === name));
  return points.map((p) => {
    const shift = (shown.indexOf(p.series) - (shown.length - 1) / 2) * apart;
    return { ...p, place: x.log ? p.x * (high / low) ** shift : p.x + shift * (high - low) };
  });
};

/**
 * Lines and points with their spans over x, and horizontal references. Colour, dash and shape all
 * say the series.
 */
const sharedPanel = (panel: LinePanel, series: readonly string[]): Part => {
  const y = yScale(panel);
  const legend =
    series.length > 1
      ? { title: null, columns: legendColumns(series), symbolType: 'stroke', symbolSize: 220, symbolStrokeWidth: 1.6 }
      : null;
  const xs = [...new Set(panel.points.map((p) => p.x))].sort((a, b) => a - b);
  const x = {
    field: 'place',
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
  // Lines carry the legend; spans and points take colour and shape from the data, unscaled, so that
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
  const spans: Part = {
    mark: { type: 'bar', width: 1.2, opacity: 0.6, tooltip: null },
    encoding: { x, y: { ...mean, field: 'low' }, y2: { field: 'high' }, fill: filling },
  };
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
    data: { values: placed(panel, series).map((p) => ({ ...p, ...look(p.series) })) },
    layer: [spans, ...layers, ...rules],
  };
};

/** Panels one below the other; the title of x and the legend stand once, under the last. */
export const linePanels = (panels: readonly LinePanel[], series: readonly string[]): readonly Part[] =>
  panels.map((panel, i) => {
    const isLast = i === panels.length - 1;
    if (curvesOf(panel) > mostLines) return smallMultiples(panel, isLast);
    return sharedPanel(isLast ? panel : { ...panel, x: { ...panel.x, title: '' } }, series);
  });
