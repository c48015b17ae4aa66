import { type ReportArm, cellsOf, seedValues } from '../../study/arms/arm.ts';
import { isIdle, isTimed, loadReasons } from '../../study/load.ts';
import { metricOf, show } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { describe } from '../../stats/describe.ts';
import { type TableEntry, text } from '../table.ts';

/** Mean cost of an arm; seconds and memory in brackets unless every run had an idle machine. */
export const costEntry = (cells: readonly Cell[], arm: ReportArm, name: string): TableEntry => {
  const summary = describe(seedValues(cells, arm, name));
  if (summary === null) return text('n/a');
  const value = show(metricOf(name), summary.mean);
  const sure = !isTimed(name) || cellsOf(cells, arm).every(isIdle);
  return { text: sure ? value : `(${value})`, sort: summary.mean };
};

/** Why costs stand in brackets; empty where none does. */
export const costNotes = (cells: readonly Cell[], names: readonly string[]): string[] => {
  const reasons = names.some(isTimed) ? loadReasons(cells) : [];
  return reasons.length === 0
    ? []
    : [`Seconds and memory in brackets say little of the methods: ${reasons.join('; ')}.`];
};
