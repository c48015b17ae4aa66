import type { Cell } from './study.ts';

/** Load by core up to which a machine counts as idle but for the run itself. */
const idleUpTo = 1.1;

/** Costs that depend on the machine, and so on its load. */
const timed = ['seconds', 'train-seconds', 'memory'];

/** Whether a cost depends on the load of the machine. */
export const isTimed = (metric: string): boolean => timed.includes(metric);

/** Whether the machine is known to have been idle but for the run itself. */
export const isIdle = ({ record }: Cell): boolean => (record.result.cost.loadPerCore ?? Infinity) <= idleUpTo;

/** Why times and memory of these runs say little; empty where every machine was idle. */
export const loadReasons = (cells: readonly Cell[]): readonly string[] => {
  const busy = cells.filter((cell) => !isIdle(cell));
  const unknown = busy.filter(({ record }) => record.result.cost.loadPerCore === undefined).length;
  return [
    ...(unknown > 0 ? [`the load of the machine was not recorded in ${unknown} runs`] : []),
    ...(busy.length > unknown ? [`${busy.length - unknown} runs shared a loaded machine`] : []),
  ];
};
