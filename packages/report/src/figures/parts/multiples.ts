import { heading } from '../../study/scores/metric.ts';
import type { Part } from '../figure.ts';
import type { LinePanel } from './line-panel.ts';
import { faint, ink } from './theme.ts';

const [columns, width, height] = [3, 82, 62];
const grey = '#C9CDD2';

/**
 * A panel of many series as small ones: each series in ink with its spans, over the grey lines of
 * all others, on one scale; references dashed.
 */
export const smallMultiples = (panel: LinePanel, isLast: boolean): Part => {
  const names = [...new Set(panel.points.map(({ series }) => series))];
  const xs = [...new Set(panel.points.map((p) => p.x))].sort((a, b) => a - b);
  const ends = [...panel.points.flatMap((p) => [p.low, p.high]), ...panel.references.map((r) => r.mean)];
  const domain = [Math.min(...ends), Math.max(...ends)];
  const rows = Math.ceil(names.length / columns);
  const mini = (name: string, i: number): Part => {
    const isBottom = isLast && Math.floor(i / columns) === rows - 1;
    const x = {
      field: 'x',
      type: 'quantitative',
      title: isBottom ? panel.x.title : '',
      scale: panel.x.log ? { type: 'log', base: 2, nice: false } : { zero: false, nice: false, padding: 5 },
      axis: { values: xs, labelOverlap: true, labelFlush: false, labelExpr: 'datum.value', labelFontSize: 8 },
    };
    const y = {
      field: 'mean',
      type: 'quantitative',
      title: i % columns === 0 ? heading(panel.y) : '',
      scale: { domain, nice: true, zero: false },
      axis: { tickCount: 3, labelOpacity: i % columns === 0 ? 1 : 0, labelFontSize: 8, titleFontSize: 8 },
    };
    const own = panel.points.filter(({ series }) => series === name);
    const format = `.${panel.y.digits}f`;
    const tooltip = [
      { field: 'series', type: 'nominal' },
      { field: 'x', type: 'quantitative', title: panel.x.title },
      ...['mean', 'low', 'high'].map((field) => ({ field, type: 'quantitative', format })),
    ];
    return {
      width,
      height,
      title: { text: name, fontSize: 7.5, fontWeight: 'normal', offset: 3, frame: 'group', limit: width + 14 },
      layer: [
        {
          data: { values: panel.points },
          mark: { type: 'line', color: grey, strokeWidth: 0.7, tooltip: null },
          encoding: { x, y, detail: { field: 'series' } },
        },
        {
          data: { values: panel.references },
          mark: { type: 'rule', color: faint, strokeDash: [3, 2], strokeWidth: 0.9 },
          encoding: { y, tooltip: [{ field: 'series', type: 'nominal' }] },
        },
        {
          data: { values: own },
          mark: { type: 'rule', color: ink, strokeWidth: 0.8, opacity: 0.6 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          data: { values: own },
          mark: { type: 'line', color: ink, strokeWidth: 1.4, point: { color: ink, size: 18 } },
          encoding: { x, y, tooltip },
        },
      ],
    };
  };
  return { spacing: { row: 30, column: 16 }, bounds: 'flush', columns, concat: names.map(mini) };
};
