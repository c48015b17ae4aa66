import { caption } from '../../study/caption.ts';
import { armsOf, cellsOf, type OverArms, seedValues } from '../../study/arms/arm.ts';
import { isTimed, loadReasons } from '../../study/load.ts';
import { heading, mainMetric, metricOf } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { describe } from '../../stats/describe.ts';
import { type FigureParts, stack } from '../figure.ts';
import { spread, type Spread, spreadNote } from '../parts/spread.ts';
import { legendColumns } from '../parts/legend.ts';
import { colours, columnWidth, cycle, faint, ink, shapes } from '../parts/theme.ts';

export interface ParetoFigure extends OverArms {
  readonly kind: 'pareto';
  readonly cost: string;
  readonly metric: string;
}

interface Place {
  readonly arm: string;
  readonly cost: number;
  readonly quality: number;
}

/**
 * Members that no other beats on cost and quality at once; ties stay. `sign` is 1 where a higher
 * quality is better.
 */
export const front = <T extends Place>(places: readonly T[], sign: number): T[] =>
  places
    .filter(
      (a) =>
        !places.some(
          (b) =>
            b.cost <= a.cost &&
            sign * b.quality >= sign * a.quality &&
            (b.cost < a.cost || sign * b.quality > sign * a.quality),
        ),
    )
    .sort((a, b) => a.cost - b.cost);

/** Cost against quality, with the front of arms that are not beaten on both. */
export const paretoFigure = (cells: readonly Cell[], spec: ParetoFigure): FigureParts => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const y = mainMetric(cells, spec.metric);
  const x = metricOf(spec.cost);
  const kinds: Spread['kind'][] = [];
  const places = arms.flatMap((arm) => {
    const s = spread(seedValues(cells, arm, spec.metric));
    const c = describe(seedValues(cells, arm, spec.cost));
    if (s === null || c === null) return [];
    kinds.push(s.kind);
    return [
      {
        arm: arm.name,
        cost: c.mean * x.scale,
        quality: s.mean * y.scale,
        low: s.low * y.scale,
        high: s.high * y.scale,
        seeds: s.n,
      },
    ];
  });
  const own = arms.flatMap((arm) => cellsOf(cells, arm));
  const doubts = isTimed(spec.cost) ? loadReasons(own) : [];
  const isSure = doubts.length === 0;
  const best = isSure ? front(places, y.better === 'higher' ? 1 : -1) : [];
  const names = places.map((p) => p.arm);
  const costs = places.map((p) => p.cost);
  const log = Math.min(...costs) > 0 && Math.max(...costs) / Math.min(...costs) > 8;
  const scaleX = log ? { type: 'log', nice: true } : { zero: false, nice: true, padding: 8 };
  const ex = {
    field: 'cost',
    type: 'quantitative',
    title: `${heading(x)}${isSure ? '' : ', machine may be busy'}${log ? ', log scale' : ''}`,
    scale: scaleX,
    axis: { format: '~s', tickCount: 5, grid: false },
  };
  const ey = { field: 'quality', type: 'quantitative', title: heading(y), scale: { zero: false, nice: true } };
  const channel = (range: readonly unknown[], shift: number): object => ({
    field: 'arm',
    type: 'nominal',
    sort: names,
    scale: { domain: names, range: cycle(range, names.length, shift) },
    legend: { title: null, columns: legendColumns(names) },
  });
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(
      own,
      `Marks: means over seeds. ${spreadNote('Vertical lines', kinds)} ` +
        (isSure
          ? "Dashed: the front; no arm on it is beaten on both axes by another's mean."
          : `No front is drawn, since these costs say little of the methods: ${doubts.join('; ')}.`),
      spec.differs,
    ),
    spec: stack(
      [
        {
          width: columnWidth,
          height: 170,
          data: { values: places },
          layer: [
            {
              data: { values: best },
              mark: { type: 'line', interpolate: 'step-after', strokeDash: [4, 3], color: faint, strokeWidth: 1 },
              encoding: { x: ex, y: ey },
            },
            {
              mark: { type: 'rule', color: ink, strokeWidth: 0.8 },
              encoding: { x: ex, y: { ...ey, field: 'low' }, y2: { field: 'high' } },
            },
            {
              mark: { type: 'point', filled: true, opacity: 1, size: 62, stroke: ink, strokeWidth: 0.5 },
              encoding: {
                x: ex,
                y: ey,
                color: channel(colours, 0),
                shape: channel(shapes, 3),
                tooltip: [
                  { field: 'arm', type: 'nominal' },
                  { field: 'cost', type: 'quantitative', title: heading(x), format: ',.1f' },
                  { field: 'quality', type: 'quantitative', title: heading(y), format: `.${y.digits}f` },
                  { field: 'seeds', type: 'quantitative' },
                ],
              },
            },
          ],
        },
      ],
      `${spec.title}: ${heading(y)} against ${heading(x)}`,
    ),
    rows: places.map((p) => ({ ...p, front: best.includes(p) })),
  };
};
