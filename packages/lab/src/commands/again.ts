import { readFailure, runFolder, stateOf, type RunState } from '@lab/records';
import type { ExperimentRun } from '@lab/runner';
import { forgetFailure } from '../failures.ts';
import { conclude, trainAll } from '../train.ts';
import { plansOf, sweepJson, type PlanOptions, type RunOptions } from './run.ts';

const inStates = (
  names: readonly string[],
  options: PlanOptions,
  states: readonly RunState[],
): readonly ExperimentRun[] => {
  const runs = plansOf(names, options).flatMap(({ runs }) => runs);
  return runs.filter(({ id }) => states.includes(stateOf(options.out, id)));
};

const go = async (runs: readonly ExperimentRun[], options: RunOptions, nothing: string): Promise<void> => {
  if (runs.length === 0 && !options.json) return console.log(nothing);
  const trained = await trainAll(runs, options);
  process.exitCode = conclude(trained);
  if (options.json) console.log(sweepJson(trained));
};

/** `lab resume`: goes on with what was begun and stopped, and begins nothing new. */
export const resume = (names: readonly string[], options: RunOptions): Promise<void> =>
  go(inStates(names, options, ['interrupted', 'cancelled', 'timeout']), options, 'No run was begun and stopped.');

/** `lab retry`: forgets how often runs failed, and tries them again. */
export const retry = (names: readonly string[], options: RunOptions): Promise<void> => {
  const runs = inStates(names, options, ['failed', 'oom', 'timeout']);
  for (const { id } of runs) {
    const failure = readFailure(runFolder(options.out, id));
    if (failure)
      console.error(`run ${id}: ${failure.status} ${failure.attempts} times, the last time: ${failure.reason}`);
    forgetFailure(options.out, id);
  }
  return go(runs, options, 'No run has failed.');
};

/**
 * `lab worker`: joins a folder and takes runs that nobody works on until none is left, or `--limit` of them; writes no report. Any number
 * on any hosts may work on one folder.
 */
export const worker = async (names: readonly string[], options: RunOptions): Promise<void> => {
  const runs = plansOf(names, options).flatMap(({ runs }) => runs);
  await go(runs, options, 'Nothing is planned.');
};
