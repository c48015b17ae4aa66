import { cellsOf, readingOf } from '../study/arms/arm.ts';
import { mainMetric } from '../study/scores/metric.ts';
import { taskOf, value } from '../study/run.ts';
import type { Cell } from '../study/study.ts';
import type { ClaimTest } from './claim.ts';
import { armsOfTest } from './evidence.ts';

/**
 * Why the runs of a claim's arms must not be compared although seeds pair: a finished run without
 * the number (it diverged), beside runs that have it. To leave it out would compare an arm by its
 * luckier seeds. Null where nothing is amiss.
 */
export const lostRuns = (cells: readonly Cell[], test: ClaimTest): string | null => {
  const { title } = mainMetric(cells, test.metric);
  for (const arm of armsOfTest(cells, test)) {
    const own = cellsOf(cells, arm);
    const lost = own.filter((cell) => !Number.isFinite(value(cell, test.metric, readingOf(cell, arm)) ?? Number.NaN));
    const diverged = lost.filter(({ record }) => record.result.status === 'diverged').length;
    if (lost.length > 0 && lost.length < own.length)
      return `${lost.length} of ${own.length} finished runs of ${arm.name} have no ${title} (${diverged} diverged)`;
  }
  return null;
};

/**
 * That some arms of a claim lack tasks which others have, for the sentence; empty where none does.
 */
export const unequalTasks = (cells: readonly Cell[], test: ClaimTest): string => {
  const sets = armsOfTest(cells, test).map((arm) => new Set(cellsOf(cells, arm).map(taskOf)));
  const all = [...new Set(sets.flatMap((set) => [...set]))];
  const common = all.filter((task) => sets.every((set) => set.has(task)));
  return common.length === all.length ? '' : `on the tasks that all arms have: ${common.join(', ') || 'none'}`;
};
