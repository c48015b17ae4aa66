import { fold } from '@lab/random';
import { caption } from '../../study/caption.ts';
import { type ReportArm, armsOf, byTask, cellsOf, points, type OverArms } from '../../study/arms/arm.ts';
import { reportKey } from '../../study/arms/comparison.ts';
import { groupBy } from '../../study/group.ts';
import { heading, mainMetric, metricOf } from '../../study/scores/metric.ts';
import { rangeOf, taskOf } from '../../study/run.ts';
import type { Cell } from '../../study/study.ts';
import {
  type Estimate,
  iqm,
  type Matrix,
  probabilityOfImprovement,
  stratified,
} from '../../stats/intervals/across-tasks.ts';
import { mean } from '../../stats/describe.ts';
import { skill } from '../../stats/skill.ts';
import { column, type TableEntry, type Table, text } from '../table.ts';

/**
 * Over tasks: interquartile mean, probability of improvement on the baseline, share of tasks won.
 */
export interface AcrossTable extends OverArms {
  readonly kind: 'across';
  readonly baseline: ReportArm;
  readonly metric: string;
}

/** How a task's scores are put on one scale; null where no constant answer is known. */
type Scale = (value: number) => number | null;

/**
 * By task: (score - best constant answer) / (perfect - constant), from the labels of the task's
 * first run.
 */
const scales = (cells: readonly Cell[], metric: string): ReadonlyMap<string, Scale> =>
  new Map(
    [...groupBy(cells, taskOf)].map(([task, [first]]): [string, Scale] => {
      const range = first && rangeOf(first, metric);
      return [task, (value) => (range ? skill(value, range.constant, range.perfect) : null)];
    }),
  );

interface Pair {
  readonly task: string;
  readonly mine: readonly number[];
  readonly base: readonly number[];
}

/**
 * Scores by task on the tasks and seeds that both arms have, so that rows stay paired; tasks
 * without a scale are left out.
 */
const pairs = (cells: readonly Cell[], arms: readonly [ReportArm, ReportArm], metric: string): readonly Pair[] => {
  const scaleOf = scales(cells, metric);
  const [mine, other] = arms.map((arm) => byTask(points(cells, arm, metric)));
  return [...(mine ?? [])].flatMap(([task, list]) => {
    const seeds = new Map((other?.get(task) ?? []).map((p) => [p.seed, p.value]));
    const scaled = list.flatMap(({ seed, value }) => {
      const base = seeds.get(seed);
      const both = base === undefined ? [] : [value, base].map((v) => scaleOf.get(task)?.(v) ?? null);
      const [a, b] = both;
      return a === undefined || a === null || b === undefined || b === null ? [] : [{ a, b }];
    });
    return scaled.length === 0 ? [] : [{ task, mine: scaled.map(({ a }) => a), base: scaled.map(({ b }) => b) }];
  });
};

const estimateEntry = ({ value, low, high }: Estimate, scale: number, digits: number): TableEntry => {
  const [v, l, h] = [value, low, high].map((x) => (x * scale).toFixed(digits));
  return { text: `${v} [${l}, ${h}]`, sort: value, raw: { value, low, high } };
};

/**
 * Robust summaries over tasks: interquartile mean and probability of improvement, with stratified
 * bootstrap intervals.
 */
export const acrossTables = (cells: readonly Cell[], spec: AcrossTable): Table[] => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const metric = mainMetric(cells, spec.metric);
  const idle = new Set<string>();
  const rows = arms.map((arm): TableEntry[] => {
    const both = pairs(cells, [arm, spec.baseline], spec.metric);
    if (both.length === 0) return [text(arm.name), text('0'), text('n/a'), text('n/a'), text('n/a')];
    for (const { task, mine, base } of both) if (Math.max(mean(mine), mean(base)) < 0.05) idle.add(task);
    const [mine, base]: [Matrix, Matrix] = [both.map((p) => p.mine), both.map((p) => p.base)];
    const stream = fold(fold(reportKey, 'across'), arm.name);
    const itself = arm.name === spec.baseline.name;
    const won = both.filter((p) => mean(p.mine) > mean(p.base)).length;
    return [
      text(arm.name),
      { text: String(both.length), sort: both.length },
      estimateEntry(
        stratified([mine], ([a = []]) => iqm(a), fold(stream, 'iqm')),
        100,
        2,
      ),
      itself
        ? text('-')
        : estimateEntry(
            stratified([mine, base], ([a = [], b = []]) => probabilityOfImprovement(a, b), fold(stream, 'improvement')),
            1,
            2,
          ),
      itself ? text('-') : { text: `${won} of ${both.length}`, sort: won / both.length },
    ];
  });
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        arms.flatMap((arm) => cellsOf(cells, arm)),
        [
          `${heading(metric)}, own readout, put on one scale before ` +
            `averaging: 0 is the best constant answer, 100 is perfect.`,
          `IQM: mean of the middle half of all runs. P(improvement): ` +
            `chance that a run beats a run of ${spec.baseline.name}`,
          'on the same data set. Brackets: 95 % bootstrap (expanded ' +
            'percentile, 10,000 resamples), seeds within data sets.',
        ].join(' '),
        spec.differs,
      ),
      columns: [
        column('method', 'method', 'left'),
        column('tasks', 'data sets'),
        column('iqm', `IQM of the scaled ${metricOf(metric.name).title}`),
        column('improvement', 'P(improvement)'),
        column('won', 'data sets won'),
      ],
      rows,
      notes: [
        'Below 6 seeds these intervals are too narrow; the tests of the comparison table decide.',
        ...(idle.size > 0
          ? [
              `Learned next to nothing (below 5 of 100 on the scale), so no ` +
                `method can be ahead there: ${[...idle].sort().join(', ')}.`,
            ]
          : []),
      ],
    },
  ];
};
