import { armName, nameOfArm } from '../explorer/arm-name.ts';
import { describe } from '../stats/describe.ts';
import { seedInterval } from '../stats/tests/paired-test.ts';
import { readingOf } from '../study/arms/arm.ts';
import { groupBy } from '../study/group.ts';
import { value } from '../study/run.ts';
import { heading, mainMetric, show } from '../study/scores/metric.ts';
import type { Cell } from '../study/study.ts';
import type { Labels } from '@lab/records';
import type { LiveArm } from './live-state.ts';

/** A run as it was planned. */
interface PlannedLabels {
  readonly labels: Labels;
  readonly method: string;
}

/** Scores of finished runs by arm, over data sets and seeds; arms without any stay empty. */
export const liveArms = (
  planned: readonly PlannedLabels[],
  cells: readonly Cell[],
): { readonly metric: string; readonly arms: readonly LiveArm[] } => {
  const metric = mainMetric(cells, 'score');
  const done = groupBy(cells, armName);
  const arms = [...groupBy(planned, ({ labels, method }) => nameOfArm(labels, method))].map(([name, all]): LiveArm => {
    const own = done.get(name) ?? [];
    const scores = own.flatMap((cell) => value(cell, 'score', readingOf(cell, { name: '' })) ?? []);
    const summary = describe(scores);
    const interval = scores.length < 2 ? null : seedInterval(scores);
    const span = interval ? ` [${show(metric, interval.low)}, ${show(metric, interval.high)}]` : '';
    const scaled = (v: number | undefined) => (v === undefined ? null : v * metric.scale);
    return {
      name,
      done: own.length,
      planned: all.length,
      score: summary ? `${show(metric, summary.mean)}${span}` : null,
      mean: scaled(summary?.mean),
      low: scaled(interval?.low),
      high: scaled(interval?.high),
    };
  });
  return { metric: heading(metric), arms };
};
