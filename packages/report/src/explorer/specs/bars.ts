import type { Spec } from 'vega';
import { colours, ink } from '../../figures/parts/theme.ts';
import type { ImportanceResult } from '../importance.ts';
import { screenConfig } from './axis.ts';

const most = 14;

/** Shares of the variance as bars; a tick on each marks what chance reaches in 1 of 20 studies. */
export const importanceSpec = ({ rows }: ImportanceResult, width: number): Spec => {
  const values = rows.slice(0, most).map(({ names, levels, share, chance }) => ({
    name: names.join(' = '),
    share,
    chance,
    label: `${names.join(', ')}: ${(100 * share).toFixed(1)} % of the variance, ${levels} levels`,
  }));
  const y = { scale: 'y', field: 'name', band: 0.5 };
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width,
    height: Math.max(24, 22 * values.length),
    padding: 5,
    autosize: { type: 'fit-x', contains: 'padding' },
    config: screenConfig,
    data: [{ name: 'knobs', values }],
    scales: [
      { name: 'x', type: 'linear', domain: [0, 1], range: 'width' },
      { name: 'y', type: 'band', domain: values.map(({ name }) => name), range: 'height', padding: 0.25 },
    ],
    axes: [
      { scale: 'x', orient: 'bottom', title: 'share of the variance (%)', format: '%', tickCount: 5 },
      { scale: 'y', orient: 'left', grid: false, labelLimit: 170 },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'knobs' },
        encode: {
          update: {
            x: { value: 0 },
            x2: { scale: 'x', field: 'share' },
            y: { scale: 'y', field: 'name' },
            height: { scale: 'y', band: 1 },
            fill: { value: colours[0] },
            tooltip: { field: 'label' },
          },
        },
      },
      {
        type: 'symbol',
        from: { data: 'knobs' },
        encode: {
          update: {
            x: { scale: 'x', field: 'chance' },
            y,
            shape: { value: 'stroke' },
            angle: { value: 90 },
            size: { value: 180 },
            stroke: { value: ink },
            strokeWidth: { value: 2 },
          },
        },
      },
    ],
  };
};
