import type { Spec } from 'vega';
import { faint } from '../../figures/parts/theme.ts';
import type { RunAxis } from '../selection.ts';
import { screenConfig } from './axis.ts';

/** Mean of a measure over the runs at one pair of settings. */
export interface MapTile {
  readonly x: number;
  readonly y: number;
  readonly mean: number;
  readonly runs: number;
  readonly label: string;
}

/** Which settings span the map, and what is averaged. */
export interface MapAxes {
  readonly x: RunAxis;
  readonly y: RunAxis;
  readonly measure: RunAxis;
}

/** Most values of a setting that a map shows; a search over continuous values has more. */
export const mostMapLevels = 24;

/** The distinct values of an axis over runs, rising. */
export const levelsOn = (axis: RunAxis, runs: readonly number[]): readonly number[] =>
  [...new Set(runs.flatMap((run) => axis.at(run) ?? []))].sort((a, b) => a - b);

const textOf = (axis: RunAxis, value: number): string => axis.words?.[value] ?? String(value);

/** One tile for each pair of settings that some shown run has. */
export const mapTiles = ({ x, y, measure }: MapAxes, shown: readonly number[]): readonly MapTile[] => {
  const sums = new Map<string, { x: number; y: number; runs: number; sum: number }>();
  for (const run of shown) {
    const [a, b, v] = [x.at(run), y.at(run), measure.at(run)];
    if (a === null || b === null || v === null) continue;
    const known = sums.get(`${a}|${b}`) ?? { x: a, y: b, runs: 0, sum: 0 };
    sums.set(`${a}|${b}`, { ...known, runs: known.runs + 1, sum: known.sum + v });
  }
  return [...sums.values()].map(({ sum, runs, ...at }) => ({
    ...at,
    runs,
    mean: sum / runs,
    label:
      `${x.title} ${textOf(x, at.x)}, ${y.title} ${textOf(y, at.y)}: ` +
      `${(sum / runs).toPrecision(4)} (${runs} runs)`,
  }));
};

/** Tiles coloured by the mean, each with its number; null where a setting has too many values. */
export const mapSpec = (axes: MapAxes, tiles: readonly MapTile[], width: number): Spec | null => {
  const levels = (of: (tile: MapTile) => number) => [...new Set(tiles.map(of))].sort((a, b) => a - b);
  const [xs, ys] = [levels(({ x }) => x), levels(({ y }) => y)];
  if (xs.length > mostMapLevels || ys.length > mostMapLevels || tiles.length === 0) return null;
  const labels = (axis: RunAxis) =>
    axis.words
      ? { labels: { update: { text: { signal: `truncate(${JSON.stringify(axis.words)}[datum.value], 22)` } } } }
      : {};
  const middle = "(domain('colour')[0] + domain('colour')[1]) / 2";
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width,
    height: Math.max(60, 30 * ys.length),
    padding: 5,
    autosize: { type: 'fit-x', contains: 'padding' },
    config: screenConfig,
    data: [{ name: 'tiles', values: [...tiles] }],
    scales: [
      { name: 'x', type: 'band', domain: [...xs], range: 'width', padding: 0.04 },
      { name: 'y', type: 'band', domain: [...ys].reverse(), range: 'height', padding: 0.04 },
      { name: 'colour', type: 'linear', domain: { data: 'tiles', field: 'mean' }, range: { scheme: 'cividis' } },
    ],
    axes: [
      {
        scale: 'x',
        orient: 'bottom',
        title: axes.x.title,
        encode: labels(axes.x),
        labelAngle: xs.length > 8 ? -40 : 0,
      },
      { scale: 'y', orient: 'left', title: axes.y.title, encode: labels(axes.y), grid: false },
    ],
    legends: [
      {
        fill: 'colour',
        title: `${axes.measure.title}, mean`,
        orient: 'bottom',
        direction: 'horizontal',
        gradientLength: Math.min(220, width / 2),
      },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'tiles' },
        encode: {
          update: {
            x: { scale: 'x', field: 'x' },
            y: { scale: 'y', field: 'y' },
            width: { scale: 'x', band: 1 },
            height: { scale: 'y', band: 1 },
            fill: { scale: 'colour', field: 'mean' },
            stroke: { value: faint },
            tooltip: { field: 'label' },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'tiles' },
        interactive: false,
        encode: {
          update: {
            x: { scale: 'x', field: 'x', band: 0.5 },
            y: { scale: 'y', field: 'y', band: 0.5 },
            align: { value: 'center' },
            baseline: { value: 'middle' },
            fontSize: { value: 11 },
            text: { signal: "bandwidth('x') < 34 ? '' : format(datum.mean, '.4~g')" },
            // Written out, since the page turns `ink` round in the dark and these tiles stay.
            fill: { signal: `datum.mean > ${middle} ? '#000001' : '#FFFFFF'` },
          },
        },
      },
    ],
  };
};
