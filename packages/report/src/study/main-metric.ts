import { type Metric, metricOf } from './metric.ts';
import type { Cell } from './study.ts';

/** The metric behind a name; `score` is the tasks' main metric, or a plain "score (×100)" where tasks differ in theirs. */
export const mainMetric = (cells: readonly Cell[], name: string): Metric => {
  if (name !== 'score') return metricOf(name);
  const names = [...new Set(cells.map((c) => c.record.result.metric))];
  if (names.length === 1) return metricOf(names[0]!);
  const all = names.map(metricOf);
  const same = all.every((m) => m.scale === all[0]?.scale);
  return {
    ...metricOf('score'),
    ...(same && all[0] ? { scale: all[0].scale, digits: all[0].digits, unit: '×100', differenceUnit: 'points' } : {}),
  };
};
