import type { Mark, Spec } from 'vega';
import { colours, cycle, faint, ground, ink } from '../../figures/parts/theme.ts';
import type { AxisRange, RunAxis } from '../selection.ts';
import { isWide, extentOf, valuesOn, screenConfig } from './axis.ts';

/** Most lines that are drawn; more are thinned evenly, and the page says so. */
export const mostLines = 800;

/** An axis of the parallel coordinates with the span of its numbers. */
export interface Rail {
  readonly axis: RunAxis;
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
  /** Whether some runs have no value on it; they pass below. */
  readonly hasNone: boolean;
}

/** The rails for axes over all runs. */
export const railsOf = (axes: readonly RunAxis[], everyRun: readonly number[]): readonly Rail[] =>
  axes.map((axis) => {
    const values = valuesOn(axis, everyRun);
    const hasNone = values.length < everyRun.length;
    const [low, high] = axis.words ? [0, Math.max(1, axis.words.length - 1)] : extentOf(values);
    return { axis, low, high: high > low ? high : low + 1, hasNone, isLog: !axis.words && isWide(values) };
  });

/** Height of a value on its rail, 0 at the bottom, 1 at the top. */
export const heightOn = ({ low, high, isLog }: Rail, value: number): number =>
  isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);

/** The value at a height: `heightOn` the other way round. */
export const valueAt = ({ low, high, isLog }: Rail, height: number): number =>
  isLog ? low * (high / low) ** height : low + height * (high - low);

/** A run as a line over the rails. */
export interface RunLine {
  readonly run: number;
  readonly path: string;
  readonly c: number;
  readonly label: string;
}

const plotHeight = 220;

/** x of a rail in a plot of a width. */
const railX = (i: number, count: number, width: number): number => (count < 2 ? 0 : (i * width) / (count - 1));

/** Every n-th run where there are more than can be drawn. */
export const thinned = (shown: readonly number[]): readonly number[] => {
  const every = Math.ceil(shown.length / mostLines);
  return every <= 1 ? shown : shown.filter((_, i) => i % every === 0);
};

/** Below a rail: where a run stands that has no value on it. */
const noneY = plotHeight + 14;

/** Lines of runs over all rails. */
export const runLines = (
  rails: readonly Rail[],
  runs: readonly number[],
  {
    width,
    colour,
    label,
  }: { readonly width: number; readonly colour: RunAxis; readonly label: (run: number) => string },
): readonly RunLine[] =>
  runs.map((run) => {
    const parts = rails.map((rail, i) => {
      const v = rail.axis.at(run);
      const y = v === null ? noneY : plotHeight * (1 - heightOn(rail, v));
      return `${railX(i, rails.length, width).toFixed(1)},${y.toFixed(1)}`;
    });
    return { run, path: `M${parts.join('L')}`, c: colour.at(run) ?? 0, label: label(run) };
  });

const ticksOn = (rail: Rail, i: number, x: number) => {
  const { words } = rail.axis;
  const many = words !== null && words.length > 12;
  const none = rail.hasNone ? [{ i, x, y: noneY, text: 'none' }] : [];
  const values = words ? words.map((_, k) => k) : [0, 0.25, 0.5, 0.75, 1].map((height) => valueAt(rail, height));
  const ticks = values
    .filter((_, k) => !many || k % Math.ceil(values.length / 12) === 0)
    .map((value) => ({
      i,
      x,
      y: plotHeight * (1 - heightOn(rail, value)),
      text: words ? (words[value] ?? '') : String(Number(value.toPrecision(3))),
    }));
  return [...ticks, ...none];
};

/** Brushed ranges as boxes on their rails. */
export const rangeBoxes = (rails: readonly Rail[], ranges: ReadonlyMap<string, AxisRange>, width: number) =>
  rails.flatMap((rail, i) => {
    const range = ranges.get(rail.axis.name);
    if (!range) return [];
    const [top, bottom] = [range.to, range.from].map((v) => plotHeight * (1 - heightOn(rail, v)));
    return [{ x: railX(i, rails.length, width), top, bottom }];
  });

/** What a brush signal holds: rail, and two heights in the plot (pixels from the top). */
export interface BrushSignal {
  readonly i: number;
  readonly from: number;
  readonly to: number;
}

/** The brushed range in the unit of its axis; null where the brush is no more than a click. */
export const brushedRange = (rail: Rail, { from, to }: BrushSignal): AxisRange | null => {
  if (Math.abs(from - to) < 3) return null;
  const ends = [from, to].map((y) => valueAt(rail, 1 - y / plotHeight));
  return { from: Math.min(...ends), to: Math.max(...ends) };
};

/** Labels beside the rails: to the left, but for the last one. */
const tickMark = (last: number, ink: NonNullable<NonNullable<Mark['encode']>['update']>): Mark => ({
  type: 'text',
  from: { data: 'ticks' },
  interactive: false,
  encode: {
    update: {
      x: { field: 'x', offset: { signal: `datum.i === ${last} ? 6 : -6` } },
      y: { field: 'y' },
      align: { signal: `datum.i === ${last} ? 'left' : 'right'` },
      baseline: { value: 'middle' },
      text: { signal: 'truncate(datum.text, 14)' },
      fontSize: { value: 10 },
      ...ink,
    },
  },
});

/**
 * Parallel coordinates on a canvas: drag along a rail to keep the runs within. The signal `brush`
 * tells the page; the data `lines` and `boxes` are set by it.
 */
export const parallelSpec = (rails: readonly Rail[], colour: RunAxis, width: number): Spec => {
  const at = rails.map((rail, i) => ({ i, x: railX(i, rails.length, width), title: rail.axis.title }));
  const count = colour.words?.length ?? 0;
  const clampedY = `clamp(y(), 0, ${plotHeight})`;
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width,
    height: plotHeight,
    // Otherwise ticks would add to the padding.
    autosize: 'none',
    padding: { left: 96, right: 70, top: 26, bottom: 22 },
    config: screenConfig,
    signals: [
      {
        name: 'brush',
        value: null,
        on: [
          { events: '@zone:pointerdown', update: `{ i: datum.i, from: ${clampedY}, to: ${clampedY} }` },
          {
            events: '[@zone:pointerdown, window:pointerup] > window:pointermove!',
            update: `brush && { i: brush.i, from: brush.from, to: ${clampedY} }`,
          },
        ],
      },
    ],
    data: [
      { name: 'rails', values: at },
      { name: 'ticks', values: rails.flatMap((rail, i) => ticksOn(rail, i, at[i]?.x ?? 0)) },
      { name: 'lines', values: [] },
      { name: 'boxes', values: [] },
    ],
    scales: [
      colour.words
        ? { name: 'colour', type: 'ordinal', domain: colour.words.map((_, i) => i), range: cycle(colours, count) }
        : { name: 'colour', type: 'linear', domain: { data: 'lines', field: 'c' }, range: { scheme: 'cividis' } },
    ],
    marks: [
      {
        type: 'path',
        from: { data: 'lines' },
        encode: {
          update: {
            path: { field: 'path' },
            stroke: { scale: 'colour', field: 'c' },
            strokeOpacity: { signal: "clamp(60 / length(data('lines')), 0.18, 0.7)" },
            strokeWidth: { value: 1 },
            tooltip: { field: 'label' },
          },
        },
      },
      {
        type: 'rule',
        from: { data: 'rails' },
        encode: {
          update: { x: { field: 'x' }, y: { value: 0 }, y2: { value: plotHeight }, stroke: { value: ink } },
        },
      },
      {
        type: 'text',
        from: { data: 'rails' },
        encode: {
          update: {
            x: { field: 'x' },
            y: { value: -12 },
            align: { value: 'center' },
            text: { signal: 'truncate(datum.title, 20)' },
            fill: { value: ink },
            fontSize: { value: 12 },
          },
        },
      },
      // Once in the colour of the ground, so that lines do not cross the letters.
      tickMark(rails.length - 1, { stroke: { value: ground }, strokeWidth: { value: 3 } }),
      tickMark(rails.length - 1, { fill: { value: faint } }),
      {
        type: 'rect',
        from: { data: 'boxes' },
        interactive: false,
        encode: {
          update: {
            x: { field: 'x', offset: -6 },
            width: { value: 12 },
            y: { field: 'top' },
            y2: { field: 'bottom' },
            fill: { value: colours[0] },
            fillOpacity: { value: 0.35 },
            stroke: { value: ink },
          },
        },
      },
      {
        type: 'rect',
        name: 'zone',
        from: { data: 'rails' },
        encode: {
          update: {
            x: { field: 'x', offset: -11 },
            width: { value: 22 },
            y: { value: 0 },
            height: { value: plotHeight },
            fill: { value: 'transparent' },
            cursor: { value: 'ns-resize' },
          },
        },
      },
    ],
  };
};
