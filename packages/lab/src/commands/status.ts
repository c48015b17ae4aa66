import { stateOf, type RunState } from '@lab/records';
import { planExperiment } from '@lab/runner';
import { chosen } from '../experiments.ts';
import type { PlanOptions } from './run.ts';

/** `lab status`: how many runs of each experiment are in which state. */
export const status = (names: readonly string[], options: PlanOptions & { readonly json: boolean }): void => {
  const { out, scale, set } = options;
  const rows = chosen(names).map((experiment) => {
    const counts: Partial<Record<RunState, number>> = {};
    for (const { id } of planExperiment(experiment, scale, set)) {
      const state = stateOf(out, id);
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return { experiment: experiment.name, scale, counts };
  });
  if (options.json) return console.log(JSON.stringify(rows, null, 2));
  for (const { experiment, counts } of rows) {
    const told = Object.entries(counts).map(([state, n]) => `${n} ${state}`);
    console.log(`${experiment} (${scale}): ${told.join(', ')}`);
  }
};
