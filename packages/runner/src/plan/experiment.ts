import { BadInput, nearest, type Labels } from '@lab/records';
import type { TuningPlan } from '../protocol/space.ts';
import { planRun, reseeded, type PlannedRun } from './config.ts';
import { isObject, patchAt, type ConfigPatch, type Json } from './patch.ts';
import { checkStages, stageConfig, type Stage } from './stages.ts';

/**
 * One arm: its labels and what it changes in the base config. With `stages` it is a sequence: each
 * stage is a run of its own, with the label `stage`.
 */
export interface Arm {
  readonly labels: Labels;
  readonly config: ConfigPatch;
  readonly stages?: readonly Stage[];
}

/** How big an experiment is: smoke, quick, embedded, glue, paper. */
export interface Scale {
  /** One line: what it runs and how long that takes. */
  readonly summary: string;
  readonly base: ConfigPatch;
  /** Gone through anew for every plan, so that a large grid need not lie in memory. */
  readonly arms: Iterable<Arm>;
  /** Listed, never counted: equal seeds are paired across arms. */
  readonly seeds: readonly number[];
  /**
   * How the arms' settings are searched before they are compared; absent: they are used as they
   * are.
   */
  readonly tuning?: TuningPlan;
}

/** One question of the papers as plain data. */
export interface Experiment<Report = unknown> {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly scales: { readonly [scale: string]: Scale };
  /** What the report makes of the records. */
  readonly report: Report;
  /** The file that it came from, and where a config key stands there; absent: it is built in. */
  readonly file?: { readonly path: string; readonly at: (key: readonly string[]) => string };
}

/** A run of an experiment: planned config, labels of its arm, and its seed. */
export interface ExperimentRun extends PlannedRun {
  readonly labels: Labels;
  readonly seed: number;
}

/**
 * Lays changes over a config: objects are joined key by key, everything else is replaced. An entry
 * whose `name` changes is replaced whole, since the options of one method mean nothing to another.
 */
export const overlay = (base: ConfigPatch, change: ConfigPatch): ConfigPatch => {
  const joined = Object.entries(change).map(([key, value]) => {
    const below = base[key];
    const renamed = isObject(below) && isObject(value) && value.name !== undefined && value.name !== below.name;
    return [key, isObject(below) && isObject(value) && !renamed ? overlay(below, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(joined) };
};

/** Every combination of values: `grid({ p: [.1, .3], N: [1, 4] }, ({ p, N }) => config)`. */
export const grid = <Axes extends { readonly [axis: string]: readonly (string | number)[] }>(
  axes: Axes,
  config: (point: { readonly [axis in keyof Axes]: Axes[axis][number] }) => ConfigPatch,
): readonly Arm[] => {
  const points = Object.entries(axes).reduce<readonly Labels[]>(
    (sofar, [axis, values]) => sofar.flatMap((point) => values.map((value) => ({ ...point, [axis]: value }))),
    [{}],
  );
  return points.map((labels) => ({
    labels,
    config: config(labels as { readonly [axis in keyof Axes]: Axes[axis][number] }),
  }));
};

/**
 * Parses `train.lr=1e-3` or `dropout.p=.2`: the value is JSON where it is JSON, else a word. Throws
 * `BadInput` without `=`.
 */
export const parseOverride = (text: string): ConfigPatch => {
  const at = text.indexOf('=');
  if (at < 1) throw new BadInput(`"${text}" is not an override; write key=value, for example train.epochs=3`);
  const value = text.slice(at + 1);
  let parsed: Json;
  try {
    parsed = JSON.parse(value.replace(/^(-?)\./, '$10.')) as Json;
  } catch {
    parsed = value;
  }
  return patchAt(text.slice(0, at), parsed);
};

/** The scale of an experiment. Throws `BadInput` that lists the scales it has. */
export const scaleOf = (experiment: Experiment, name: string): Scale => {
  const scale = Object.hasOwn(experiment.scales, name) ? experiment.scales[name] : undefined;
  const names = Object.keys(experiment.scales);
  if (!scale)
    throw new BadInput(
      `experiment ${experiment.name} has no scale "${name}"${nearest(name, names)}; allowed: ${names.join(', ')}`,
    );
  return scale;
};

/** The override that gives several values where one is expected; undefined where none does. */
const listed = (overrides: readonly string[], key: readonly string[]): string | undefined =>
  overrides.find((text) => text.startsWith(`${key.join('.')}=[`));

/** Says where a refused key was written: in the experiment's file, or on the command line. */
const explained = ({ file }: Experiment, overrides: readonly string[], error: BadInput): BadInput => {
  const { key, message } = error;
  if (!key) return error;
  const list = listed(overrides, key);
  if (list !== undefined)
    return new BadInput(`${message}; --set takes one value, several go under "grid" of a study file`, key);
  const isOverridden = overrides.some((text) => text.startsWith(`${key.join('.')}=`));
  return file && !isOverridden ? new BadInput(`${file.at(key)}: ${message}`, key) : error;
};

/** Checks the configs of an experiment; `where` names it in messages. */
interface Planner {
  readonly plan: (raw: unknown) => PlannedRun;
  readonly where: string;
}

const plannerOf = (experiment: Experiment, overrides: readonly string[]): Planner => {
  const where = `experiment ${experiment.name}`;
  return {
    where,
    plan: (raw) => {
      try {
        return planRun(raw, where);
      } catch (error) {
        throw error instanceof BadInput ? explained(experiment, overrides, error) : error;
      }
    },
  };
};

/** The seeds that are asked for: those of the scale, unless an override names others. */
const seedsOf = ({ name }: Experiment, { seeds }: Scale, asked: Json | undefined): readonly unknown[] => {
  const chosen = Array.isArray(asked) ? asked : asked === undefined ? seeds : [asked];
  if (chosen.length === 0) throw new BadInput(`experiment ${name}: seed: expected at least one; got []`);
  return chosen;
};

/** The runs of a config at several seeds; what does not depend on the seed is checked once. */
function* seeded(raw: ConfigPatch, seeds: readonly unknown[], { plan, where }: Planner): Generator<PlannedRun> {
  let run: PlannedRun | null = null;
  for (const seed of seeds) {
    run = run ? reseeded(run, seed, where) : plan({ ...raw, seed });
    yield run;
  }
}

/** The runs of a sequence: stage after stage, each at every seed. */
function* staged(stages: readonly Stage[], seeds: readonly unknown[], { plan, where }: Planner) {
  checkStages(stages, where);
  const plans = seeds.map((seed) => ({ seed, planned: new Map<string, string>() }));
  for (const { name, config } of stages)
    for (const { seed, planned } of plans) {
      const run = plan({ ...stageConfig(config, name, { planned, where }), seed });
      planned.set(name, run.id);
      yield { ...run, stage: name };
    }
}

/**
 * The runs of an experiment at a scale, one after another: arms x stages x seeds, overrides laid
 * over every one, each config checked. Runs of equal labels stand together, and a run stands behind
 * those that it starts from. Nothing is kept but the ids of one arm's stages, so a plan of any
 * length costs constant memory.
 */
export function* runsOf(
  experiment: Experiment,
  scaleName: string,
  overrides: readonly string[] = [],
): Generator<ExperimentRun> {
  const scale = scaleOf(experiment, scaleName);
  const { seed: asked, ...changes } = overrides.map(parseOverride).reduce(overlay, {});
  const seeds = seedsOf(experiment, scale, asked);
  const planner = plannerOf(experiment, overrides);
  for (const { labels, config, stages } of scale.arms) {
    const raw = overlay(scale.base, config);
    if (!stages) {
      for (const run of seeded(overlay(raw, changes), seeds, planner)) yield { ...run, labels, seed: run.config.seed };
      continue;
    }
    const whole = stages.map(({ name, config: own }) => ({ name, config: overlay(overlay(raw, own), changes) }));
    for (const { stage, ...run } of staged(whole, seeds, planner))
      yield { ...run, labels: { ...labels, stage }, seed: run.config.seed };
  }
}

/** All runs of an experiment at a scale, in a list. */
export const planExperiment = (
  experiment: Experiment,
  scaleName: string,
  overrides: readonly string[] = [],
): readonly ExperimentRun[] => [...runsOf(experiment, scaleName, overrides)];
