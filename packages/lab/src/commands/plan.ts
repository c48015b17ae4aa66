import { isDone, stateOf } from '@lab/records';
import { planExperiment } from '@lab/runner';
import { chosen } from '../experiments.ts';
import type { PlanOptions } from './run.ts';

/** `lab plan`: every run with its labels, seed, id and state. */
export const plan = (names: readonly string[], options: PlanOptions & { readonly json: boolean }): void => {
  const { out, scale, set } = options;
  const plans = chosen(names).map((experiment) => ({
    experiment: experiment.name,
    scale,
    runs: planExperiment(experiment, scale, set).map(({ id, labels, seed, config }) => ({
      id,
      state: stateOf(out, id),
      labels,
      seed,
      config,
    })),
  }));
  if (options.json) return console.log(JSON.stringify(plans, null, 2));
  for (const { experiment, runs } of plans) {
    console.log(`${experiment} (${scale}): ${runs.length} runs`);
    for (const { id, state, labels, seed } of runs) {
      const told = Object.entries(labels).map(([axis, value]) => `${axis} ${value}`);
      console.log(`  ${id}  ${state.padEnd(8)} ${told.join(', ')}, seed ${seed}`);
    }
  }
  const all = plans.flatMap(({ runs }) => runs);
  const unique = new Set(all.map(({ id }) => id));
  const done = [...unique].filter((id) => isDone(out, id)).length;
  console.log(`${unique.size} different runs (${all.length - unique.size} shared), ${done} done`);
};
