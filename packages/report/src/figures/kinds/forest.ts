import { caption } from '../../study/caption.ts';
import { type ReportArm, armsOf, cellsOf, type OverArms } from '../../study/arms/arm.ts';
import { compareArms } from '../../study/arms/comparison.ts';
import { mainMetric, unitBeside } from '../../study/scores/metric.ts';
import { taskOf } from '../../study/run.ts';
import type { Cell } from '../../study/study.ts';
import { type FigureParts, type FigureRow, stack } from '../figure.ts';
import { columnWidth, faint, ink } from '../parts/theme.ts';

export interface ForestFigure extends OverArms {
  readonly kind: 'forest';
  readonly baseline: ReportArm;
  readonly metric: string;
  readonly perTask?: boolean;
}

/**
 * Paired differences to the baseline with 95 % intervals, a row for each arm, a block for each task
 * and one for all of them.
 */
export const forestFigure = (cells: readonly Cell[], spec: ForestFigure): FigureParts => {
  const arms = armsOf(cells, spec.arms, spec.by).filter((arm) => arm.name !== spec.baseline.name);
  const m = mainMetric(cells, spec.metric);
  const tasks = [...new Set(arms.flatMap((arm) => cellsOf(cells, arm)).map(taskOf))].sort();
  const blocks: { readonly name: string; readonly cells: readonly Cell[] }[] = [
    ...(spec.perTask ? tasks.map((t) => ({ name: t, cells: cells.filter((c) => taskOf(c) === t) })) : []),
    ...(spec.perTask && tasks.length < 2
      ? []
      : [{ name: tasks.length > 1 ? 'all data sets' : (tasks[0] ?? ''), cells }]),
  ];
  const kinds = new Set<string>();
  const line = (block: (typeof blocks)[number], arm: ReportArm): FigureRow[] => {
    const c = compareArms(block.cells, arm, spec.baseline, spec.metric);
    if (c.summary === null) return [];
    if (c.interval) kinds.add(c.interval.kind);
    return [
      {
        block: block.name,
        arm: arm.name,
        mean: c.summary.mean * m.scale,
        low: c.interval ? c.interval.low * m.scale : null,
        high: c.interval ? c.interval.high * m.scale : null,
        seeds: c.summary.n,
        pooled: block.name === 'all data sets',
      },
    ];
  };
  const rows = blocks.flatMap((block) => arms.flatMap((arm) => line(block, arm)));
  const unit = unitBeside(m);
  const ends = rows.flatMap((r) => [r.low, r.high, r.mean, 0]).filter((v): v is number => typeof v === 'number');
  const span = Math.max(...ends) - Math.min(...ends);
  const domain = [Math.min(...ends) - span * 0.04, Math.max(...ends) + span * 0.04];
  const x = {
    field: 'mean',
    type: 'quantitative',
    title: `${m.title}: difference to ${spec.baseline.name}${unit}`,
    scale: { domain, zero: false, nice: false },
  };
  const y = { field: 'arm', type: 'nominal', sort: null, title: null, axis: { labelLimit: 160 } };
  const format = `+.${m.digits}f`;
  const panels = blocks.map((block, i) => {
    const list = rows.filter((r) => r.block === block.name);
    return {
      width: columnWidth - 30,
      height: { step: 15 },
      ...(blocks.length > 1 ? { title: { text: block.name, fontSize: 10, offset: 3 } } : {}),
      data: { values: list },
      layer: [
        { mark: { type: 'rule', color: faint, strokeDash: [2, 2] }, encoding: { x: { datum: 0 } } },
        {
          mark: { type: 'rule', color: ink, strokeWidth: 1.3 },
          encoding: {
            y,
            x: { ...x, field: 'low', title: i === blocks.length - 1 ? x.title : '' },
            x2: { field: 'high' },
          },
        },
        {
          mark: {
            type: 'point',
            filled: true,
            opacity: 1,
            size: 45,
            color: ink,
            shape: block.name === 'all data sets' ? 'diamond' : 'square',
          },
          encoding: {
            y,
            x: { ...x, title: i === blocks.length - 1 ? x.title : '' },
            tooltip: [
              { field: 'arm', type: 'nominal' },
              ...['mean', 'low', 'high'].map((field) => ({ field, type: 'quantitative', format })),
              { field: 'seeds', type: 'quantitative' },
            ],
          },
        },
      ],
    };
  });
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(
      [...arms, spec.baseline].flatMap((arm) => cellsOf(cells, arm)),
      'Marks: mean paired difference; lines: 95 % interval ' +
        `(${[...kinds].join(', ') || 'none: too few seeds'}). ` +
        `${m.better === 'higher' ? 'Right' : 'Left'} of zero is better than ${spec.baseline.name}.`,
      spec.differs,
    ),
    spec: stack(panels, `${spec.title}: paired differences of ${m.title} to ${spec.baseline.name}`),
    rows,
  };
};
