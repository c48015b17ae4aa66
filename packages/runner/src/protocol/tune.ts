import { BadInput, type RunConfig, type Labels } from '@lab/records';
import { fold, key } from '@lab/random';
import { planRun, reseeded, type PlannedRun } from '../plan/config.ts';
import { overlay, scaleOf, type Experiment } from '../plan/experiment.ts';
import type { ConfigPatch } from '../plan/patch.ts';
import { keptOf, promoted } from './halving.ts';
import { settingsPatch, spaceOf, trialsOf, type Settings, type TuningPlan } from './space.ts';

/** Validation loss of a run at the end of one epoch. */
export interface LossPoint {
  readonly epoch: number;
  readonly step: number;
  /** Nats, or squared error of a regression; null where it is not finite. */
  readonly loss: number | null;
}

/** One trial of one arm before it is trained: its settings and a run for each tuning seed. */
export interface Trial {
  readonly settings: Settings;
  readonly runs: readonly PlannedRun[];
}

/** An arm and the trials that its budget pays for. */
export interface SearchArm {
  readonly labels: Labels;
  readonly trials: readonly Trial[];
}

/** How a trial ended. */
export interface TrialOutcome {
  readonly settings: Settings;
  /** Ids of its runs, one for each tuning seed. */
  readonly runs: readonly string[];
  /** Mean validation loss over tuning seeds, by epoch, as far as it was trained. */
  readonly losses: readonly LossPoint[];
  /**
   * Epoch at which it was stopped; null where it was trained to the end. It can go on from there.
   */
  readonly stoppedAfter: number | null;
}

export interface TunedArm {
  readonly labels: Labels;
  readonly trials: readonly TrialOutcome[];
  /** Index of the trial with the lowest last loss among those trained to the end. */
  readonly chosen: number;
  /** Training steps of all trials and seeds together. */
  readonly steps: number;
}

/** What trains trials: the real sweep, or a stand-in in tests and certification. */
export interface TrialTrainer {
  /**
   * Trains runs until the end of an epoch, null: to their end. What is there already is not trained
   * again.
   */
  readonly train: (runs: readonly PlannedRun[], untilEpoch: number | null) => Promise<void>;
  /** Validation losses of a run by epoch, as far as it was trained. */
  readonly losses: (run: PlannedRun) => readonly LossPoint[];
}

const checkPlan = (plan: TuningPlan, { epochs, evalEvery }: RunConfig['train'], where: string): void => {
  const wrong = plan.rungs.find(
    (rung, i) => rung <= (plan.rungs[i - 1] ?? 0) || rung >= epochs || rung % evalEvery !== 0,
  );
  if (wrong !== undefined)
    throw new BadInput(
      `${where}: tuning rung ${wrong}: rungs must rise, lie below ` +
        `${epochs} epochs, and be multiples of evalEvery (${evalEvery})`,
    );
  if (plan.seeds.length === 0 || plan.trials < 1 || !(plan.keep > 0 && plan.keep <= 1))
    throw new BadInput(`${where}: tuning needs a seed, at least one trial, and keep in (0, 1]`);
};

/**
 * The trials of every arm of an experiment's scale. Budgets are equal by construction: as many
 * trials of as many epochs. Throws `BadInput` where the scale has no tuning plan, where a tuning
 * seed is also a seed of confirmation, or where settings do not fit.
 */
export const searchArms = (
  experiment: Experiment,
  scaleName: string,
  changes: ConfigPatch = {},
): { readonly plan: TuningPlan; readonly arms: readonly SearchArm[] } => {
  const scale = scaleOf(experiment, scaleName);
  const where = `experiment ${experiment.name}, scale ${scaleName}`;
  const plan = scale.tuning;
  if (!plan)
    throw new BadInput(`${where}: no tuning plan; give the scale a "tuning" with trials, seeds and a search space`);
  const twice = plan.seeds.find((seed) => scale.seeds.includes(seed));
  if (twice !== undefined)
    throw new BadInput(`${where}: seed ${twice} is for tuning and for confirmation; confirmation needs fresh seeds`);
  const stream = fold(fold(key(plan.seeds[0] ?? 0), 'tuning'), experiment.name);
  const arms = [...scale.arms].map(({ labels, config }): SearchArm => {
    const raw = overlay(overlay(scale.base, config), changes);
    const asIs = planRun({ ...raw, seed: plan.seeds[0] ?? 0 }, where);
    checkPlan(plan, asIs.config.train, where);
    const names = new Set([asIs.config.dropout.name, ...Object.values(labels).map(String)]);
    const space = spaceOf(plan, [...names], where);
    const trials = trialsOf(plan, space, stream, where).map((settings): Trial => {
      const first = planRun({ ...overlay(raw, settingsPatch(settings)), seed: plan.seeds[0] ?? 0 }, where);
      return { settings, runs: plan.seeds.map((seed) => reseeded(first, seed, where)) };
    });
    return { labels, trials };
  });
  return { plan, arms };
};

/** Mean losses over a trial's runs at every epoch that all of them have. */
const meanLosses = (runs: readonly (readonly LossPoint[])[]): LossPoint[] => {
  const [first = [], ...others] = runs;
  return first.flatMap(({ epoch, step, loss }) => {
    const all = [loss, ...others.map((curve) => curve.find((point) => point.epoch === epoch)?.loss)];
    if (all.includes(undefined)) return [];
    const finite = all.flatMap((v) => (typeof v === 'number' && Number.isFinite(v) ? [v] : []));
    const mean = finite.length === all.length ? finite.reduce((a, b) => a + b, 0) / all.length : null;
    return [{ epoch, step, loss: mean }];
  });
};

const lossAt = (losses: readonly LossPoint[], epoch: number): number =>
  losses.find((point) => point.epoch === epoch)?.loss ?? Infinity;

/**
 * Successive halving by validation loss, all arms side by side, each among its own trials. Returns
 * every trial with its losses and where it was stopped. A trial without a finite loss loses to all
 * others.
 */
export const searchAll = async (
  plan: TuningPlan,
  arms: readonly SearchArm[],
  trainer: TrialTrainer,
): Promise<readonly TunedArm[]> => {
  const losses = (trial: Trial) => meanLosses(trial.runs.map(trainer.losses));
  let going = arms.map(({ trials }) => trials.map((_, i) => i));
  const stopped = arms.map(() => new Map<number, number>());
  for (const rung of plan.rungs) {
    await trainer.train(goingRuns(arms, going), rung);
    going = going.map((some, a) => {
      const scores = some.map((i) => lossAt(losses(arms[a]!.trials[i]!), rung));
      const next = promoted(scores, keptOf(some.length, plan.keep)).map((at) => some[at]!);
      some.filter((i) => !next.includes(i)).forEach((i) => stopped[a]!.set(i, rung));
      return next;
    });
  }
  await trainer.train(goingRuns(arms, going), null);
  return arms.map(({ labels, trials }, a): TunedArm => {
    const outcomes = trials.map((trial, i): TrialOutcome => {
      const until = stopped[a]!.get(i) ?? null;
      const all = losses(trial);
      return {
        settings: trial.settings,
        runs: trial.runs.map(({ id }) => id),
        losses: until === null ? all : all.filter(({ epoch }) => epoch <= until),
        stoppedAfter: until,
      };
    });
    const finalists = going[a]!;
    const [best = 0] = promoted(
      finalists.map((i) => outcomes[i]!.losses.at(-1)?.loss ?? Infinity),
      1,
    );
    const steps = outcomes.reduce((sum, { losses: l, runs }) => sum + (l.at(-1)?.step ?? 0) * runs.length, 0);
    return { labels, trials: outcomes, chosen: finalists[best] ?? 0, steps };
  });
};

const goingRuns = (arms: readonly SearchArm[], going: readonly (readonly number[])[]): PlannedRun[] =>
  arms.flatMap(({ trials }, a) => (going[a] ?? []).flatMap((i) => trials[i]?.runs ?? []));
