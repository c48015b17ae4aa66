import { fold } from '@lab/random';
import { caption } from '../study/caption.ts';
import { type Arm, armsOf, byTask, cellsOf, points, type OverArms } from '../study/arm.ts';
import { reportKey } from '../study/comparison.ts';
import { heading, mainMetric, show } from '../study/metric.ts';
import type { Cell } from '../study/study.ts';
import { iqm, type Matrix, probabilityOfImprovement, stratified } from '../stats/across-tasks.ts';
import { mean } from '../stats/describe.ts';
import { column, type Entry, type Table, text } from './table.ts';

/**
 * Over tasks: interquartile mean, probability of improvement on the baseline, share of tasks won.
 */
export interface AcrossTable extends OverArms {
  readonly kind: 'across';
  readonly baseline: Arm;
  readonly metric: string;
}

/**
 * Scores by task on the tasks and seeds that both arms have, higher better, so that rows of the
 * matrix stay paired.
 */
const matrices = (
  cells: readonly Cell[],
  arm: Arm,
  baseline: Arm,
  metric: string,
  sign: number,
): readonly [Matrix, Matrix] => {
  const mine = byTask(points(cells, arm, metric));
  const other = byTask(points(cells, baseline, metric));
  const both = [...mine].flatMap(([task, list]) => {
    const seeds = new Map((other.get(task) ?? []).map((p) => [p.seed, p.value]));
    const shared = list.flatMap((p) => {
      const base = seeds.get(p.seed);
      return base === undefined ? [] : [{ own: sign * p.value, base: sign * base }];
    });
    return shared.length === 0 ? [] : [[shared.map(({ own }) => own), shared.map(({ base }) => base)] as const];
  });
  return [both.map(([a]) => a), both.map(([, b]) => b)];
};

/**
 * Robust summaries over tasks: interquartile mean and probability of improvement, with stratified
 * bootstrap intervals.
 */
export const acrossTables = (cells: readonly Cell[], spec: AcrossTable): Table[] => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const metric = mainMetric(cells, spec.metric);
  const sign = metric.better === 'higher' ? 1 : -1;
  const rows = arms.map((arm): Entry[] => {
    const [mine, base] = matrices(cells, arm, spec.baseline, spec.metric, sign);
    if (mine.length === 0) return [text(arm.name), text('0'), text('n/a'), text('n/a'), text('n/a')];
    const stream = fold(fold(reportKey, 'across'), arm.name);
    const middle = stratified([mine], ([a = []]) => iqm(a), fold(stream, 'iqm'));
    const itself = arm.name === spec.baseline.name;
    const chance = itself
      ? null
      : stratified([mine, base], ([a = [], b = []]) => probabilityOfImprovement(a, b), fold(stream, 'improvement'));
    const won = mine.filter((runs, t) => mean(runs) > mean(base[t] ?? [])).length;
    const [low, high] = sign > 0 ? [middle.low, middle.high] : [-middle.high, -middle.low];
    return [
      text(arm.name),
      { text: String(mine.length), sort: mine.length },
      {
        text: `${show(metric, sign * middle.value)} [${show(metric, low)}, ${show(metric, high)}]`,
        sort: sign * middle.value,
        raw: { value: sign * middle.value, low, high },
      },
      chance === null
        ? text('-')
        : {
            text: `${chance.value.toFixed(2)} [${chance.low.toFixed(2)}, ${chance.high.toFixed(2)}]`,
            sort: chance.value,
            raw: { value: chance.value, low: chance.low, high: chance.high },
          },
      itself ? text('-') : { text: `${won} of ${mine.length}`, sort: won / mine.length },
    ];
  });
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(
        arms.flatMap((arm) => cellsOf(cells, arm)),
        `${heading(metric)}, own readout. IQM: mean of the middle half of all runs. P(improvement): ` +
          `chance that a run beats a run of ${spec.baseline.name} on the same data set. Brackets: ` +
          '95 % bootstrap (expanded percentile), seeds resampled within data sets.',
        spec.differs,
      ),
      columns: [
        column('method', 'method', 'left'),
        column('tasks', 'data sets'),
        column('iqm', `IQM ${heading(metric)}`),
        column('improvement', 'P(improvement)'),
        column('won', 'data sets won'),
      ],
      rows,
      notes: ['Below 6 seeds these intervals are too narrow; the tests of the comparison table decide.'],
    },
  ];
};
