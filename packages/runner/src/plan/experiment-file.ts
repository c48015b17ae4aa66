import { z } from 'zod';
import { BadInput, pathStep, refuseReserved, sentence, type Labels } from '@lab/records';
import { tuningSchema } from '../protocol/space.ts';
import { baselineOf, checkDistinct, gridLabel, labelsSchema, printableText, type ArmsAndGrid } from './arm-labels.ts';
import { overlay, type Arm, type Experiment, type Scale } from './experiment.ts';
import type { ConfigPatch } from './patch.ts';
import type { Stage } from './stages.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const config = z.record(z.string(), z.unknown());

const stagesSchema = z
  .array(z.strictObject({ name: printableText.min(1), config: config.default({}) }))
  .min(1)
  .describe('a sequence: each stage is a run; config.from.stage names the one it starts from');

const scaleSchema = z.strictObject({
  summary: printableText.default('').describe('one line: what it runs and how long that takes'),
  base: config.default({}).describe('config that every arm starts from'),
  arms: z
    .array(
      z.strictObject({ labels: labelsSchema.default({}), config: config.default({}), stages: stagesSchema.optional() }),
    )
    .min(1)
    .default([{ labels: {}, config: {} }])
    .describe('a list of arms: labels for tables, and what each changes in the base'),
  grid: z
    .record(
      z.string().regex(/^[^.]+(\.[^.]+)*$/, 'expected keys joined by dots, for example dropout.p'),
      z.array(value).min(1),
    )
    .default({})
    .describe('values by config key (dropout.p, train.lr): every combination, for every arm'),
  seeds: z.array(z.number().int().min(0)).min(1).describe('equal seeds are paired across arms'),
  tuning: tuningSchema.optional().describe('how settings are searched before the arms are compared'),
});

/** An experiment as a JSON file. */
export const experimentFileSchema = z.strictObject({
  $schema: z.string().optional().describe('where an editor finds this schema'),
  name: z.string().describe('names the folder of its reports: letters, digits and hyphens'),
  title: printableText.optional(),
  question: printableText.default(''),
  scales: z.record(z.string(), scaleSchema).describe('how big: smoke, quick, …'),
  baseline: labelsSchema
    .optional()
    .describe('labels of the one arm that the report compares the others with, at every point of the grid'),
});

type ScaleFile = z.infer<typeof scaleSchema>;

/** What a report needs to know of an experiment that came as a file. */
export interface FileReport {
  /**
   * All labels of the arm to compare with, but for axes of the grid on which it follows the other.
   */
  readonly baseline: Labels | null;
  /** Axes of the grids of all scales. */
  readonly gridAxes: readonly string[];
}

/** What reports call the names in a config. */
const wholes: { readonly [key: string]: string } = {
  'dataset.name': 'dataset',
  'model.name': 'model',
  'adapter.name': 'adapter',
  'dropout.name': 'method',
};

/**
 * Short names of grid axes: the last part of the key, or the whole key where two would be alike.
 */
const axisNames = (keys: readonly string[]): readonly string[] => {
  const short = (key: string) => wholes[key] ?? key.slice(key.lastIndexOf('.') + 1);
  return keys.map((key) => (keys.filter((other) => short(other) === short(key)).length > 1 ? key : short(key)));
};

/** What tells the arms of a scale apart. */
const labelled = ({ arms, grid }: ScaleFile): ArmsAndGrid => {
  const keys = Object.keys(grid);
  const names = axisNames(keys);
  return {
    arms: arms.map(({ labels }) => labels),
    grid: Object.fromEntries(keys.map((key, i) => [names[i] ?? key, (grid[key] ?? []).map(gridLabel)])),
  };
};

/** Stages label their runs themselves. Throws `BadInput` where an arm with stages does, too. */
const checkStageLabel = (where: string, { arms }: ScaleFile): void => {
  const at = arms.findIndex(({ labels, stages }) => stages !== undefined && Object.hasOwn(labels, 'stage'));
  if (at >= 0)
    throw new BadInput(`${where}: key "arms.${at}.labels": "stage" is what its stages are called; use another name`);
};

/** `dropout.p` and .1 as `{ dropout: { p: .1 } }`. */
const nested = (key: string, inner: unknown): ConfigPatch =>
  key.split('.').reduceRight<unknown>((below, part) => ({ [part]: below }), inner) as ConfigPatch;

/** Arms x grid, made anew each time they are gone through. */
const armsOf = ({ arms, grid }: ScaleFile): Iterable<Arm> => {
  const keys = Object.keys(grid);
  const names = axisNames(keys);
  function* points(axis: number): Generator<Arm> {
    if (axis === keys.length) return yield { labels: {}, config: {} };
    for (const point of points(axis + 1))
      for (const chosen of grid[keys[axis]!]!)
        yield {
          labels: { [names[axis]!]: gridLabel(chosen), ...point.labels },
          config: overlay(nested(keys[axis]!, chosen), point.config),
        };
    return undefined;
  }
  return {
    *[Symbol.iterator]() {
      for (const arm of arms)
        for (const point of points(0))
          yield {
            labels: { ...arm.labels, ...point.labels },
            config: overlay(arm.config as ConfigPatch, point.config),
            ...(arm.stages ? { stages: arm.stages as readonly Stage[] } : {}),
          };
    },
  };
};

/**
 * An experiment from the text of a JSON file; nothing in it is evaluated. `where` names the file
 * for messages. Throws `BadInput` for what is no JSON, for unknown keys, and for names that could
 * lead out of the output folder.
 */
export const parseExperiment = (text: string, where: string): Experiment<FileReport> => {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${where}: not JSON (${(error as Error).message.replace(/\s+/g, ' ')})`);
  }
  refuseReserved(raw, where);
  const parsed = experimentFileSchema.safeParse(raw);
  if (!parsed.success) throw new BadInput(sentence(where, parsed.error, experimentFileSchema));
  const { name, title, question, scales, baseline = null } = parsed.data;
  const gridAxes = new Set<string>();
  const baselines = new Map<string, Labels>();
  for (const [key, file] of Object.entries(scales)) {
    const arms = labelled(file);
    const place = `${where}: scale "${key}"`;
    checkDistinct(place, arms);
    checkStageLabel(place, file);
    const selected = baseline && baselineOf(place, baseline, arms);
    if (selected) baselines.set(JSON.stringify(selected), selected);
    for (const axis of Object.keys(arms.grid)) gridAxes.add(axis);
  }
  const [selected, other] = [...baselines.values()];
  if (other) throw new BadInput(`${where}: key "baseline": selects different arms at different scales; name one`);
  const scale = (file: ScaleFile): Scale => ({
    summary: file.summary,
    base: file.base as ConfigPatch,
    arms: armsOf(file),
    seeds: file.seeds,
    ...(file.tuning ? { tuning: file.tuning } : {}),
  });
  return {
    name: pathStep(`${where}: the experiment name`, name),
    title: title ?? name,
    question,
    scales: Object.fromEntries(
      Object.entries(scales).map(([key, file]) => [pathStep(`${where}: the scale name`, key), scale(file)]),
    ),
    report: { baseline: selected ?? null, gridAxes: [...gridAxes] },
  };
};
