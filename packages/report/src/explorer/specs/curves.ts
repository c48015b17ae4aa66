import type { Spec } from 'vega';
import { colours, ink } from '../../figures/parts/theme.ts';
import type { CurveRow } from '../data.ts';
import { screenConfig } from './axis.ts';

/** One line of the plot: what it shows, and its points. */
interface CurveLine {
  readonly name: string;
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

const pick = (rows: readonly CurveRow[], at: number): CurveLine['points'] =>
  rows.flatMap((row) => {
    const [epoch, value] = [row[0], row[at]];
    return typeof epoch === 'number' && typeof value === 'number' ? [{ epoch, value }] : [];
  });

/** Training loss and held-out NLL of some runs, by the names they are given. */
export const curveLines = (runs: readonly { readonly name: string; readonly rows: readonly CurveRow[] }[]) =>
  runs.flatMap(({ name, rows }): readonly CurveLine[] =>
    [
      { name: `${name}training loss`, points: pick(rows, 1) },
      { name: `${name}held-out NLL`, points: pick(rows, 2) },
    ].filter(({ points }) => points.length > 0),
  );

/** Losses against epochs, a line for each. */
export const curvesSpec = (lines: readonly CurveLine[], width: number): Spec => {
  const names = lines.map(({ name }) => name);
  const values = lines.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  const place = { x: { scale: 'x', field: 'epoch' }, y: { scale: 'y', field: 'value' } };
  const stroke = { scale: 'colour', field: 'name' };
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width,
    height: 190,
    padding: 5,
    autosize: { type: 'fit-x', contains: 'padding' },
    config: screenConfig,
    data: [{ name: 'curve', values }],
    scales: [
      { name: 'x', type: 'linear', domain: { data: 'curve', field: 'epoch' }, range: 'width', zero: false },
      {
        name: 'y',
        type: 'linear',
        domain: { data: 'curve', field: 'value' },
        range: 'height',
        nice: true,
        zero: false,
      },
      { name: 'colour', type: 'ordinal', domain: names, range: [ink, colours[1], colours[0], colours[3]] },
      {
        name: 'dash',
        type: 'ordinal',
        domain: names,
        range: [
          [1, 0],
          [6, 3],
          [2, 2],
          [8, 3, 2, 3],
        ],
      },
    ],
    axes: [
      { scale: 'x', orient: 'bottom', title: 'epoch', tickMinStep: 1, format: 'd' },
      { scale: 'y', orient: 'left', title: 'loss (nats)', tickCount: 5, grid: true },
    ],
    legends: [{ stroke: 'colour', strokeDash: 'dash', orient: 'bottom', symbolType: 'stroke', columns: 2 }],
    marks: [
      {
        type: 'group',
        from: { facet: { data: 'curve', groupby: 'name', name: 'line' } },
        marks: [
          {
            type: 'line',
            from: { data: 'line' },
            encode: {
              update: { ...place, stroke, strokeDash: { scale: 'dash', field: 'name' }, strokeWidth: { value: 1.6 } },
            },
          },
          {
            type: 'symbol',
            from: { data: 'line' },
            encode: {
              update: {
                ...place,
                fill: stroke,
                size: { value: 18 },
                tooltip: { signal: "datum.name + ', epoch ' + datum.epoch + ': ' + datum.value" },
              },
            },
          },
        ],
      },
    ],
  };
};
