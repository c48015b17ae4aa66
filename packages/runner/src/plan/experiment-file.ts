import { z } from 'zod';
import { BadInput, keyNamed, pathStep, refuseReserved, sentence, type Labels } from '@lab/records';
import { tuningSchema } from '../protocol/space.ts';
import { baselineOf, checkDistinct, gridLabel, labelsSchema, printableText, type ArmsAndGrid } from './arm-labels.ts';
import { overlay, type Arm, type Experiment, type Scale } from './experiment.ts';
import { patchAt, type ConfigPatch } from './patch.ts';
import { armsOfMethods, baselineLabels, type MethodArms } from './short-form.ts';
import { readStudyText } from './study-text.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const config = z.record(z.string(), z.unknown());

const stagesSchema = z
  .array(z.strictObject({ name: printableText.min(1), config: config.default({}) }))
  .min(1)
  .describe('a sequence: each stage is a run; config.from.stage names the one it starts from');

const scaleShape = {
  summary: printableText.describe('one line: what it runs and how long that takes'),
  base: config.describe('config that every arm starts from'),
  methods: z
    .record(z.string(), z.looseObject({}).nullable())
    .describe('arms by dropout method, with its options; a list of values is tried value by value'),
  arms: z
    .array(
      z.strictObject({ labels: labelsSchema.default({}), config: config.default({}), stages: stagesSchema.optional() }),
    )
    .min(1)
    .describe('further arms: labels for tables, and what each changes in the base'),
  grid: z
    .record(
      z.string().regex(/^[^.]+(\.[^.]+)*$/, 'expected keys joined by dots, for example dropout.p'),
      z.array(value).min(1),
    )
    .describe('values by config key (dropout.p, train.lr): every combination, for every arm'),
  seeds: z.array(z.number().int().min(0)).min(1).describe('equal seeds are paired across arms'),
  tuning: tuningSchema.describe('how settings are searched before the arms are compared'),
};
const scaleSchema = z.strictObject(scaleShape).partial();

/** The scale of a file that has only one; also the scale that commands take where none is named. */
const onlyScale = 'quick';

/** Smallest difference in score that counts, where a file names none: one point in a hundred. */
const usualMargin = 0.01;

/** An experiment as a file, in YAML or JSON: with scales, or with the keys of its only one. */
export const experimentFileSchema = z.strictObject({
  $schema: z.string().optional().describe('where an editor finds this schema'),
  name: z.string().describe('names the folder of its reports: letters, digits and hyphens'),
  title: printableText.optional(),
  question: printableText.default(''),
  scales: z
    .record(z.string(), z.strictObject({ ...scaleSchema.shape, seeds: scaleShape.seeds }))
    .optional()
    .describe('how big: smoke, quick, …; left out: the keys of the only one stand beside this'),
  ...scaleSchema.shape,
  baseline: z
    .union([z.string(), labelsSchema])
    .optional()
    .describe('the one arm that the others are compared with, at every point of the grid: a method or labels'),
  margin: z
    .number()
    .positive()
    .default(usualMargin)
    .describe('smallest difference in score that counts; .01 is a point'),
});

type FileData = z.infer<typeof experimentFileSchema>;
/** A scale with what it left out filled in, its methods among the arms. */
interface ScaleFile {
  readonly summary: string;
  readonly base: ConfigPatch;
  readonly arms: readonly Arm[];
  /** Axes that the options of its methods add. */
  readonly axes: readonly string[];
  readonly grid: { readonly [key: string]: readonly z.infer<typeof value>[] };
  readonly seeds: readonly number[];
  readonly tuning: z.infer<typeof tuningSchema> | undefined;
}

/** What a report needs to know of an experiment that came as a file. */
export interface FileReport {
  /**
   * All labels of the arm to compare with, but for axes of the grid on which it follows the other.
   */
  readonly baseline: Labels | null;
  /** Axes of the grids of all scales, and of methods with several values of an option. */
  readonly gridAxes: readonly string[];
  /** Smallest difference in score that counts, in stored units. */
  readonly margin: number;
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
          config: overlay(patchAt(keys[axis]!, chosen), point.config),
        };
    return undefined;
  }
  return {
    *[Symbol.iterator]() {
      for (const arm of arms)
        for (const point of points(0))
          yield {
            labels: { ...arm.labels, ...point.labels },
            config: overlay(arm.config, point.config),
            ...(arm.stages ? { stages: arm.stages } : {}),
          };
    },
  };
};

const noMethods: MethodArms = { arms: [], axes: [] };

const filled = (file: z.infer<typeof scaleSchema>, seeds: readonly number[], where: string): ScaleFile => {
  const { summary = '', base = {}, methods, arms = [], grid = {}, tuning } = file;
  const named = methods ? armsOfMethods(methods, where) : noMethods;
  const all = [...named.arms, ...(arms as readonly Arm[])];
  return {
    summary,
    base: base as ConfigPatch,
    arms: all.length > 0 ? all : [{ labels: {}, config: {} }],
    axes: named.axes,
    grid,
    seeds,
    tuning,
  };
};

/** The scales of a file: those that it lists, or the one whose keys stand at its top. */
const scalesOf = (data: FileData, where: string): { readonly [name: string]: ScaleFile } => {
  const { scales, seeds } = data;
  const given = new Map<string, unknown>(Object.entries(data));
  const own = Object.keys(scaleShape).find((key) => given.get(key) !== undefined);
  if (scales && own !== undefined)
    throw new BadInput(`${where}: key "${own}": belongs into one of the "scales" of this file`, [own]);
  if (scales)
    return Object.fromEntries(Object.entries(scales).map(([name, scale]) => [name, filled(scale, scale.seeds, where)]));
  if (!seeds)
    throw new BadInput(
      `${where}: key "seeds": expected a list, for example [0, 1, 2, 3, 4, 5] (or "scales" with seeds)`,
    );
  return { [onlyScale]: filled(data, seeds, where) };
};

/** Says where a refusal stands in the file, by line. */
const placed = <T>(at: (path: readonly string[]) => string, where: string, action: () => T): T => {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof BadInput) || error.key === undefined) throw error;
    throw new BadInput(`${at(error.key)}: ${error.message.replace(`${where}: `, '')}`, error.key);
  }
};

/**
 * An experiment from the text of a YAML or JSON file; nothing in it is evaluated. `where` names the
 * file for messages. Throws `BadInput` for what is neither, for unknown keys, and for names that
 * could lead out of the output folder.
 */
export const parseExperiment = (text: string, where: string): Experiment<FileReport> => {
  const { value: raw, at, atConfig } = readStudyText(text, where);
  refuseReserved(raw, where);
  const parsed = experimentFileSchema.safeParse(raw);
  if (!parsed.success) throw new BadInput(sentence(at(keyNamed(parsed.error)), parsed.error, experimentFileSchema));
  const { name, title, question, margin } = parsed.data;
  const scales = placed(at, where, () => scalesOf(parsed.data, where));
  const baseline = parsed.data.baseline === undefined ? null : baselineLabels(parsed.data.baseline);
  const gridAxes = new Set<string>();
  const baselines = new Map<string, Labels>();
  for (const [key, file] of Object.entries(scales)) {
    const arms = labelled(file);
    const place = parsed.data.scales ? `${where}: scale "${key}"` : where;
    checkDistinct(place, arms);
    checkStageLabel(place, file);
    const selected = baseline && baselineOf(place, baseline, arms);
    if (selected) baselines.set(JSON.stringify(selected), selected);
    for (const axis of [...Object.keys(arms.grid), ...file.axes]) gridAxes.add(axis);
  }
  const [selected, other] = [...baselines.values()];
  if (other) throw new BadInput(`${where}: key "baseline": selects different arms at different scales; name one`);
  const scale = ({ tuning, ...file }: ScaleFile): Scale => ({
    summary: file.summary,
    base: file.base,
    arms: armsOf({ ...file, tuning }),
    seeds: file.seeds,
    ...(tuning ? { tuning } : {}),
  });
  return {
    name: pathStep(`${where}: the experiment name`, name),
    title: title ?? name,
    question,
    scales: Object.fromEntries(
      Object.entries(scales).map(([key, file]) => [pathStep(`${where}: the scale name`, key), scale(file)]),
    ),
    report: { baseline: selected ?? null, gridAxes: [...gridAxes], margin },
    file: { path: where, at: atConfig },
  };
};
