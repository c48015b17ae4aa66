import { type ReportArm, cellsOf, seedValues } from '../../study/arms/arm.ts';
import { metricOf, show } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { describe } from '../../stats/describe.ts';
import { type TableEntry, text } from '../table.ts';

/** Load by core up to which a machine counts as idle but for the run itself. */
const idleUpTo = 1.1;

/** What depends on the machine, and so on its load. */
const timed = ['seconds', 'train-seconds', 'memory'];

const isIdle = ({ record }: Cell): boolean => (record.result.cost.loadPerCore ?? Infinity) <= idleUpTo;

/** Mean cost of an arm; seconds and memory in brackets unless every run had an idle machine. */
export const costEntry = (cells: readonly Cell[], arm: ReportArm, name: string): TableEntry => {
  const summary = describe(seedValues(cells, arm, name));
  if (summary === null) return text('n/a');
  const value = show(metricOf(name), summary.mean);
  const sure = !timed.includes(name) || cellsOf(cells, arm).every(isIdle);
  return { text: sure ? value : `(${value})`, sort: summary.mean };
};

/** Why costs stand in brackets; empty where none does. */
export const costNotes = (cells: readonly Cell[], names: readonly string[]): string[] => {
  const busy = cells.filter((cell) => !isIdle(cell));
  if (busy.length === 0 || !names.some((name) => timed.includes(name))) return [];
  const unknown = busy.filter(({ record }) => record.result.cost.loadPerCore === undefined).length;
  const reasons = [
    ...(unknown > 0 ? [`the load of the machine was not recorded in ${unknown} runs`] : []),
    ...(busy.length > unknown ? [`${busy.length - unknown} runs shared a loaded machine`] : []),
  ];
  return [`Seconds and memory in brackets say little of the methods: ${reasons.join('; ')}.`];
};
