import type { Part } from '../figure.ts';
import { colours, columnWidth, faint, ink } from './theme.ts';

/** Both splits of an arm after its only epoch. */
interface OneEpoch {
  readonly arm: string;
  readonly train: number;
  readonly held: number;
}

/** A line from training to held-out for each arm: what is left of curves of one point. */
export const oneEpochPanel = (rows: readonly OneEpoch[], title: string, digits: number): Part => {
  const names = rows.map(({ arm }) => arm);
  const y = { field: 'arm', type: 'nominal', sort: names, title: '', axis: { grid: false } };
  const x = { type: 'quantitative', title, scale: { zero: false, nice: true, padding: 8 } };
  const points = rows.flatMap(({ arm, train, held }) => [
    { arm, split: 'training', value: train },
    { arm, split: 'held-out', value: held },
  ]);
  const domain = ['training', 'held-out'];
  const channel = (range: readonly string[]): Part => ({
    field: 'split',
    type: 'nominal',
    sort: null,
    legend: { title: null, columns: 2 },
    scale: { domain, range },
  });
  return {
    width: columnWidth,
    height: { step: 22 },
    layer: [
      {
        data: { values: rows },
        mark: { type: 'rule', color: faint, strokeWidth: 1.6 },
        encoding: { y, x: { ...x, field: 'train' }, x2: { field: 'held' } },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, opacity: 1, size: 46 },
        encoding: {
          y,
          x: { ...x, field: 'value' },
          color: channel([ink, colours[1]]),
          shape: channel(['circle', 'square']),
          tooltip: [
            { field: 'arm', type: 'nominal' },
            { field: 'split', type: 'nominal' },
            { field: 'value', type: 'quantitative', title, format: `.${digits}f` },
          ],
        },
      },
    ],
  };
};
