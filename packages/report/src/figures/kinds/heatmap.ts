import { caption } from '../../study/caption.ts';
import { type ReportArm, averagedPoints, bySeed, levels, paired, points, type Titled } from '../../study/arms/arm.ts';
import { heading, mainMetric, show, unitBeside } from '../../study/scores/metric.ts';
import { axis } from '../../study/run.ts';
import type { Cell } from '../../study/study.ts';
import { fewestSeeds } from '../../stats/intervals/mean-interval.ts';
import { pairedTest } from '../../stats/tests/paired-test.ts';
import { mean } from '../../stats/describe.ts';
import { holm } from '../../stats/tests/holm.ts';
import { type FigureParts, stack } from '../figure.ts';
import { scaleLegend } from '../parts/scale-legend.ts';

export interface HeatmapFigure extends Titled {
  readonly kind: 'heatmap';
  readonly x: string;
  readonly y: string;
  readonly metric: string;
  /** Cells then show the paired difference to it. */
  readonly baseline?: ReportArm;
}

const light = '#FFFFFF';
const dark = '#0B3A57';
const down = '#B35806';

/**
 * Two axes (position x structure), each tile one mean, written out; with a baseline, the paired
 * difference, a star where it is sure.
 */
export const heatmapFigure = (cells: readonly Cell[], spec: HeatmapFigure): FigureParts => {
  const m = mainMetric(cells, spec.metric);
  const mine = cells.filter((c) => axis(c, spec.x) !== undefined && axis(c, spec.y) !== undefined);
  const { baseline } = spec;
  const base = baseline ? points(cells, baseline, spec.metric) : null;
  const tiles = levels(mine, spec.y).flatMap((y) =>
    levels(mine, spec.x).flatMap((x) => {
      const here = averagedPoints(mine, { name: '', where: { [spec.x]: x, [spec.y]: y } }, spec.metric);
      const values = bySeed(base ? paired(here, base) : here).map((p) => p.value);
      return values.length === 0
        ? []
        : [
            {
              x: String(x),
              y: String(y),
              value: mean(values),
              seeds: values.length,
              test: base ? pairedTest(values) : null,
            },
          ];
    }),
  );
  const tests = tiles.flatMap((t) => t.test ?? []);
  const adjusted = holm(tiles.map((t) => t.test?.p ?? null));
  const able = tests.some((t) => t.n >= fewestSeeds);
  const values = tiles.map((t) => t.value * m.scale);
  const reach = Math.max(...values.map(Math.abs), 1e-9);
  const [low, high] = base ? [-reach, reach] : [Math.min(...values), Math.max(...values)];
  const sides = m.better === 'lower' ? [dark, light, down] : [down, light, dark];
  const rows = tiles.map((t, i) => ({
    x: t.x,
    y: t.y,
    value: t.value * m.scale,
    label: `${show(m, t.value, base !== null)}${(adjusted[i] ?? 1) <= 0.05 ? ' *' : ''}`,
    seeds: t.seeds,
    // Dark tiles take white text: the far ends of the scale.
    inverse: base
      ? Math.abs(t.value * m.scale) > 0.6 * reach
      : high > low && (t.value * m.scale - low) / (high - low) > 0.6,
  }));
  const unit = unitBeside(m);
  const title = baseline ? `difference to ${baseline.name}${unit}` : heading(m);
  const sure = able
    ? '*: paired t over seeds, Holm over tiles, p at most .05.'
    : `No tile can be marked as sure: ${tests.length} tiles need more seeds.`;
  const tileText = baseline
    ? `mean paired difference to ${baseline.name}; darker blue is better, orange is worse. ${sure}`
    : 'mean over seeds.';
  const ex = {
    field: 'x',
    type: 'nominal',
    sort: null,
    title: spec.x,
    axis: { labelAngle: 0, domain: false, ticks: false },
  };
  const ey = {
    field: 'y',
    type: 'nominal',
    sort: null,
    title: spec.y,
    axis: { domain: false, ticks: false, grid: false },
  };
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(mine, `${heading(m)}: ${tileText}`, spec.differs),
    spec: stack(
      [
        {
          title: { text: base ? `${m.title}: ${title}` : title, fontSize: 10, offset: 6 },
          width: { step: 62 },
          height: { step: 26 },
          data: { values: rows },
          layer: [
            {
              mark: { type: 'rect', stroke: '#9A9A9A', strokeWidth: 0.5 },
              encoding: {
                x: ex,
                y: ey,
                color: {
                  field: 'value',
                  type: 'quantitative',
                  legend: scaleLegend(null),
                  scale: base
                    ? { domain: [low, 0, high], range: sides, interpolate: 'rgb' }
                    : { domain: [low, high], range: [light, dark], interpolate: 'rgb' },
                },
                tooltip: [
                  { field: 'x', type: 'nominal', title: spec.x },
                  { field: 'y', type: 'nominal', title: spec.y },
                  { field: 'label', type: 'nominal', title },
                  { field: 'seeds', type: 'quantitative' },
                ],
              },
            },
            {
              mark: { type: 'text', fontSize: 9 },
              encoding: {
                x: ex,
                y: ey,
                text: { field: 'label' },
                color: { condition: { test: 'datum.inverse', value: '#FFFFFE' }, value: '#121212' },
              },
            },
          ],
        },
      ],
      `${spec.title}: ${title} by ${spec.x} and ${spec.y}`,
    ),
    rows: rows.map(({ x, y, value, seeds }) => ({ [spec.x]: x, [spec.y]: y, [title]: value, seeds })),
  };
};
