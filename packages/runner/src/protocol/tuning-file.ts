import { join } from 'node:path';
import { z } from 'zod';
import { BadInput, canonical, pathStep, type Labels } from '@lab/records';
import { overlay, type Experiment } from '../plan/experiment.ts';
import type { ConfigPatch } from '../plan/patch.ts';
import { readChecked, writeChecked } from './checked-file.ts';
import { settingsPatch, tuningSchema, type TuningPlan } from './space.ts';
import type { TunedArm } from './tune.ts';

const labels = z.record(z.string(), z.union([z.string(), z.number()]));
const trialSchema = z.strictObject({
  settings: z.record(z.string(), z.union([z.string(), z.number()])),
  runs: z.array(z.string()),
  losses: z.array(z.strictObject({ epoch: z.number(), step: z.number(), loss: z.number().nullable() })),
  stoppedAfter: z.number().nullable(),
});
const fileSchema = z.strictObject({
  schema: z.literal(1),
  experiment: z.string(),
  scale: z.string(),
  plan: tuningSchema,
  arms: z.array(
    z.strictObject({ labels, trials: z.array(trialSchema), chosen: z.number().int().min(0), steps: z.number() }),
  ),
  /** Of everything above, in canonical JSON. */
  sha256: z.string(),
});

/** What a search found: every trial, rung and choice. */
export type Tuning = z.infer<typeof fileSchema>;

/** Where the search of an experiment's scale is kept. */
export const tuningPath = (out: string, experiment: string, scale: string): string =>
  join(out, 'tuning', pathStep('the experiment name', experiment), `${pathStep('the scale name', scale)}.json`);

/** Writes what a search found, with its checksum. */
export const writeTuning = (
  out: string,
  found: {
    readonly experiment: string;
    readonly scale: string;
    readonly plan: TuningPlan;
    readonly arms: readonly TunedArm[];
  },
): string => {
  const { experiment, scale, plan, arms } = found;
  const path = tuningPath(out, experiment, scale);
  writeChecked(path, { schema: 1, experiment, scale, plan, arms });
  return path;
};

/**
 * The search of an experiment's scale, or null where none was made. Throws `BadInput` for a file
 * that was changed since.
 */
export const readTuning = (out: string, experiment: string, scale: string): Tuning | null => {
  const path = tuningPath(out, experiment, scale);
  const again = 'make it again with lab tune';
  return readChecked(path, fileSchema, { writer: 'lab tune', noJson: again, changed: `; ${again}` });
};

const labelText = (of: Labels): string => canonical(of);

/**
 * The experiment with every arm of the scale at the settings that its search chose. Throws
 * `BadInput` for an arm without one.
 */
export const tunedExperiment = <Report>(experiment: Experiment<Report>, tuning: Tuning): Experiment<Report> => {
  const scale = experiment.scales[tuning.scale];
  if (!scale || tuning.experiment !== experiment.name)
    throw new BadInput(`the search is of ${tuning.experiment}, scale ${tuning.scale}; not of ${experiment.name}`);
  const chosen = new Map(tuning.arms.map((arm) => [labelText(arm.labels), arm.trials[arm.chosen]?.settings]));
  const arms = [...scale.arms].map(({ labels: own, config }) => {
    const settings = chosen.get(labelText(own));
    if (!settings)
      throw new BadInput(`experiment ${experiment.name}: arm ${labelText(own)} was not searched; run lab tune again`);
    const patch: ConfigPatch = settingsPatch(settings);
    return { labels: own, config: overlay(config, patch) };
  });
  return { ...experiment, scales: { ...experiment.scales, [tuning.scale]: { ...scale, arms } } };
};
