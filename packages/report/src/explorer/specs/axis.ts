import type { Axis, Config, Scale } from 'vega';
import { config } from '../../figures/parts/theme.ts';
import type { RunAxis } from '../selection.ts';

const { range: _range, ...drawn } = config;

/** Letters of a screen are larger than those of a printed column. */
const letters = { labelFontSize: 11, titleFontSize: 12 };

/** The look of figures, on the page's own ground. */
export const screenConfig: Config = {
  ...drawn,
  background: 'transparent',
  axis: { ...drawn.axis, ...letters },
  legend: { ...drawn.legend, ...letters },
};

/** Ratio of the largest to the smallest number from which an axis is logarithmic. */
const wideRatio = 30;

/** Whether all numbers of an axis lie above zero and span more than an order of magnitude. */
export const isWide = (values: readonly number[]): boolean => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.length > 0 && least > 0 && most / least >= wideRatio;
};

/** Values of an axis over some runs; unknown ones are left out. */
export const valuesOn = (axis: RunAxis, runs: Iterable<number>): readonly number[] => {
  const values: number[] = [];
  for (const run of runs) {
    const v = axis.at(run);
    if (v !== null) values.push(v);
  }
  return values;
};

/** Least and most without spreading ten thousand arguments. */
export const extentOf = (values: readonly number[]): readonly [number, number] =>
  values.reduce<readonly [number, number]>(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);

/** The scale of an axis: places of words, numbers, or their logarithms. */
export const axisScale = (name: string, axis: RunAxis, values: readonly number[], range: 'width' | 'height'): Scale => {
  if (axis.words) return { name, type: 'point', domain: axis.words.map((_, i) => i), range, padding: 0.5 };
  const domain = values.length === 0 ? [0, 1] : [...extentOf(values)];
  return { name, type: isWide(values) ? 'log' : 'linear', domain, range, nice: true, zero: false };
};

const longestWord = 22;

/** The axis line: words where there are words, few ticks where there are numbers. */
export const lineOf = (axis: RunAxis, scale: string, orient: 'bottom' | 'left'): Axis => ({
  scale,
  orient,
  title: axis.title,
  ...(axis.words
    ? {
        encode: {
          labels: {
            update: {
              text: {
                signal: `truncate(${JSON.stringify(axis.words)}[datum.value], ${longestWord})`,
              },
              ...(orient === 'bottom' ? { angle: { value: -30 }, align: { value: 'right' } } : {}),
            },
          },
        },
      }
    : { tickCount: 5, labelOverlap: true, grid: orient === 'left' }),
});
