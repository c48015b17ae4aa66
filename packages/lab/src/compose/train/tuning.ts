import { join } from 'node:path';
import { methods } from '@lab/dropout';
import { fold, key } from '@lab/random';
import { BadInput, readCurveSoFar } from '@lab/records';
import {
  overlay,
  parseOverride,
  readTuning,
  replayMany,
  searchAll,
  searchArms,
  searchLoss,
  tuningPath,
  writeTuning,
  type ConfigPatch,
  type Experiment,
  type LossPoint,
  type PlannedRun,
  type ReplaySummary,
  type Tuning,
} from '@lab/runner';
import type { PlanOptions } from '../plan/experiments.ts';
import { trainAll, type TrainOptions } from './train.ts';

/** Where searches keep their runs, apart from those of confirmation. */
const searchFolder = (out: string): string => join(out, 'tuning');

const changesOf = (set: readonly string[]): ConfigPatch => {
  const { seed: _seed, ...changes } = set.map(parseOverride).reduce(overlay, {});
  return changes;
};

/** Validation losses of a run by epoch, as far as it was trained, read as its method is tested. */
const lossesIn = (out: string, { id, config }: PlannedRun): readonly LossPoint[] => {
  const { readout } = methods.build(config.dropout).evaluate;
  return readCurveSoFar(out, id).map(({ epoch, step, evaluations }) => ({
    epoch,
    step,
    loss: searchLoss(evaluations, readout),
  }));
};

/** What a search found, whether it was stopped before its end, and how halving does by replay. */
export interface Searched {
  readonly tuning: Tuning | null;
  readonly file: string;
  readonly replay: ReplaySummary | null;
}

/**
 * Searches the settings of every arm of an experiment's scale; what was trained before is not
 * trained again. With `finish` stopped trials go on to their end, and halving is replayed on random
 * halves of all trials.
 */
export const tuneExperiment = async (
  experiment: Experiment,
  options: PlanOptions & TrainOptions & { readonly finish: boolean },
): Promise<Searched> => {
  const { scale, set, out, finish } = options;
  const { plan, arms } = searchArms(experiment, scale, changesOf(set));
  const folder = searchFolder(out);
  const labels = new Map(
    arms.flatMap((arm) => arm.trials.flatMap(({ runs }) => runs.map(({ id }) => [id, arm.labels]))),
  );
  let stopped = false;
  const train = async (runs: Parameters<typeof trainAll>[0], untilEpoch: number | null) => {
    if (stopped) return;
    const trained = await trainAll(runs, { ...options, out: folder, ...(untilEpoch === null ? {} : { untilEpoch }) });
    stopped = trained.stopped;
    const [failure] = trained.summary.failures;
    if (failure) throw new BadInput(`run ${failure.run.id} of the search: ${failure.message}`);
  };
  const trainer = {
    train: (
      runs: readonly {
        readonly id: string;
        readonly config: (typeof arms)[number]['trials'][number]['runs'][number]['config'];
      }[],
      until: number | null,
    ) =>
      train(
        runs.map((run) => ({ ...run, labels: labels.get(run.id) ?? {}, seed: run.config.seed })),
        until,
      ),
    losses: (run: PlannedRun) => lossesIn(folder, run),
  };
  const tuned = await searchAll(plan, arms, trainer);
  const file = tuningPath(out, experiment.name, scale);
  if (stopped) return { tuning: null, file, replay: null };
  writeTuning(out, { experiment: experiment.name, scale, plan, arms: tuned });
  if (!finish || plan.rungs.length === 0)
    return { tuning: readTuning(out, experiment.name, scale), file, replay: null };
  const whole = await searchAll({ ...plan, rungs: [] }, arms, trainer);
  const replays = whole.map(({ trials }, a) => {
    const curves = trials.map(({ losses }) => losses.map(({ loss }) => loss ?? Infinity));
    const size = Math.max(2, Math.ceil(trials.length / 2));
    return replayMany(curves, { rungs: plan.rungs, keep: plan.keep, size }, { key: fold(key(0), a), replays: 1_000 });
  });
  const mean = (of: (r: ReplaySummary) => number) => replays.reduce((sum, r) => sum + of(r), 0) / replays.length;
  const replay = {
    replays: replays.reduce((sum, r) => sum + r.replays, 0),
    missed: mean((r) => r.missed),
    regret: mean((r) => r.regret),
    saved: mean((r) => r.saved),
  };
  return { tuning: readTuning(out, experiment.name, scale), file, replay: stopped ? null : replay };
};
