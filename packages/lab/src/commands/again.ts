import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { note, openRun, readFailure, releaseLease, runFolder, stateOf, takeLease, type RunState } from '@lab/records';
import type { ExperimentRun } from '@lab/runner';
import { plansOf, runsIn, type PlanOptions } from '../compose/plan/experiments.ts';
import { conclude, sweepData, trainAll } from '../compose/train/train.ts';
import { printJson } from '../terminal/print.ts';
import type { TrainingCommand } from './run.ts';

const runsInStates = (
  names: readonly string[],
  options: PlanOptions,
  states: readonly RunState[],
): readonly ExperimentRun[] =>
  runsIn(plansOf(names, options)).filter(({ id }) => states.includes(stateOf(options.out, id)));

/** Trains the runs and writes no report; says `nothing` where there are none. */
const trainOnly = async (runs: readonly ExperimentRun[], options: TrainingCommand, nothing: string): Promise<void> => {
  if (runs.length === 0 && !options.json) return console.log(nothing);
  const trained = await trainAll(runs, options);
  process.exitCode = conclude(trained);
  if (options.json) printJson(sweepData(trained));
};

/** `lab resume`: goes on with what was begun and stopped, and begins nothing new. */
export const resume = (names: readonly string[], options: TrainingCommand): Promise<void> => {
  const runs = runsInStates(names, options, ['interrupted', 'cancelled', 'timeout']);
  return trainOnly(runs, options, 'No run was begun and stopped.');
};

/** Removes the note of a run's failures, under its lease. A run that somebody works on keeps it. */
const forgetFailure = (out: string, id: string): void => {
  const lease = takeLease(openRun(out, id));
  if (!lease) return;
  rmSync(join(lease.folder, 'FAILED.json'), { force: true });
  note(lease, 'retried');
  releaseLease(lease);
};

/** `lab retry`: forgets how often runs failed, and tries them again. */
export const retry = (names: readonly string[], options: TrainingCommand): Promise<void> => {
  const { out } = options;
  const runs = runsInStates(names, options, ['failed', 'oom', 'timeout']);
  for (const { id } of runs) {
    const failure = readFailure(runFolder(out, id));
    if (failure)
      console.error(`run ${id}: ${failure.status} ${failure.attempts} times, the last time: ${failure.reason}`);
    forgetFailure(out, id);
  }
  return trainOnly(runs, options, 'No run has failed.');
};

/**
 * `lab worker`: joins a folder and takes runs that nobody works on until none is left, or `--limit`
 * of them; writes no report. Any number on any hosts may work on one folder.
 */
export const worker = (names: readonly string[], options: TrainingCommand): Promise<void> =>
  trainOnly(runsIn(plansOf(names, options)), options, 'Nothing is planned.');
