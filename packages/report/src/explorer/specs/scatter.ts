import type { Spec } from 'vega';
import { colours, cycle, ink, shapes } from '../../figures/parts/theme.ts';
import type { RunAxis } from '../selection.ts';
import { lineOf, axisScale, valuesOn, screenConfig } from './axis.ts';

/** A run as a point. */
export interface RunPoint {
  readonly run: number;
  readonly x: number;
  readonly y: number;
  /** Number on the axis of colours, or place of its word. */
  readonly c: number;
  readonly label: string;
}

/** Which axes the points are placed along. */
export interface ScatterAxes {
  readonly x: RunAxis;
  readonly y: RunAxis;
  readonly colour: RunAxis;
}

/** Points of the shown runs; a run that lacks a number is left out. */
export const runPoints = (
  { x, y, colour }: ScatterAxes,
  shown: readonly number[],
  label: (run: number) => string,
): readonly RunPoint[] =>
  shown.flatMap((run) => {
    const [a, b] = [x.at(run), y.at(run)];
    return a === null || b === null ? [] : [{ run, x: a, y: b, c: colour.at(run) ?? -1, label: label(run) }];
  });

const most = 24;

const colourScales = ({ words }: RunAxis): NonNullable<Spec['scales']> => {
  if (!words)
    return [
      { name: 'colour', type: 'linear', domain: { data: 'runs', field: 'c' }, range: { scheme: 'cividis' } },
      { name: 'shape', type: 'ordinal', domain: [0], range: ['circle'] },
    ];
  const domain = words.map((_, i) => i);
  return [
    { name: 'colour', type: 'ordinal', domain, range: cycle(colours, words.length) },
    { name: 'shape', type: 'ordinal', domain, range: cycle(shapes, words.length, 1) },
  ];
};

const legendOf = ({ words, title }: RunAxis, width: number): NonNullable<Spec['legends']> => {
  if (!words) return [{ fill: 'colour', title, orient: 'bottom', direction: 'horizontal', gradientLength: 200 }];
  if (words.length > most) return [];
  const text = { signal: `truncate(${JSON.stringify(words)}[datum.value], 34)` };
  return [
    {
      stroke: 'colour',
      shape: 'shape',
      orient: 'bottom',
      direction: 'vertical',
      columns: Math.max(1, Math.min(words.length, Math.floor(width / 230))),
      encode: { labels: { update: { text } } },
    },
  ];
};

/**
 * Every run as a point, on a canvas. `everyRun` fixes the scales, so that a filter moves nothing.
 * The data `runs` and `marked` are set by the page.
 */
export const scatterSpec = (axes: ScatterAxes, everyRun: readonly number[], width: number): Spec => {
  const values = { x: valuesOn(axes.x, everyRun), y: valuesOn(axes.y, everyRun) };
  const place = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width,
    height: 320,
    padding: 5,
    autosize: { type: 'fit-x', contains: 'padding' },
    config: screenConfig,
    data: [
      { name: 'runs', values: [] },
      { name: 'marked', values: [] },
    ],
    scales: [
      axisScale('x', axes.x, values.x, 'width'),
      axisScale('y', axes.y, values.y, 'height'),
      ...colourScales(axes.colour),
    ],
    axes: [lineOf(axes.x, 'x', 'bottom'), lineOf(axes.y, 'y', 'left')],
    legends: legendOf(axes.colour, width),
    marks: [
      {
        type: 'symbol',
        name: 'points',
        from: { data: 'runs' },
        encode: {
          update: {
            ...place,
            shape: { scale: 'shape', field: 'c' },
            stroke: { scale: 'colour', field: 'c' },
            fill: { scale: 'colour', field: 'c' },
            fillOpacity: { value: 0.15 },
            strokeWidth: { value: 1.2 },
            size: { value: 38 },
            tooltip: { field: 'label' },
            cursor: { value: 'pointer' },
          },
        },
      },
      {
        type: 'symbol',
        from: { data: 'marked' },
        interactive: false,
        encode: {
          update: {
            ...place,
            size: { value: 170 },
            stroke: { value: ink },
            strokeWidth: { value: 2 },
            fill: { value: 'transparent' },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'marked' },
        interactive: false,
        encode: {
          update: { ...place, dx: { value: 9 }, dy: { value: -7 }, text: { field: 'label' }, fill: { value: ink } },
        },
      },
    ],
  };
};
