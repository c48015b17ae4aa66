import { z } from 'zod';
import { BadInput, pathStep, sentence } from '@lab/records';
import { tuningSchema } from '../protocol/space.ts';
import { overlay, type Arm, type Experiment, type Labels, type ConfigPatch, type Scale } from './experiment.ts';

const labels = z.record(z.string(), z.union([z.string(), z.number()]));
const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const config = z.record(z.string(), z.unknown());

const scaleSchema = z.strictObject({
  summary: z.string().default('').describe('one line: what it runs and how long that takes'),
  base: config.default({}).describe('config that every arm starts from'),
  arms: z
    .array(z.strictObject({ labels: labels.default({}), config: config.default({}) }))
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
  title: z.string().optional(),
  question: z.string().default(''),
  scales: z.record(z.string(), scaleSchema).describe('how big: smoke, quick, …'),
  baseline: labels.optional().describe('labels of the arm that the report compares the others with'),
});

type ScaleFile = z.infer<typeof scaleSchema>;

/** What a report needs to know of an experiment that came as a file. */
export interface FileReport {
  readonly baseline: Labels | null;
}

/**
 * Short names of grid axes: the last part of the key, or the whole key where two would be alike.
 */
const axisNames = (keys: readonly string[]): readonly string[] => {
  const last = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  return keys.map((key) => (keys.filter((other) => last(other) === last(key)).length > 1 ? key : last(key)));
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
          labels: { [names[axis]!]: typeof chosen === 'number' ? chosen : String(chosen), ...point.labels },
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
    throw new BadInput(`${where}: not JSON (${(error as Error).message})`);
  }
  const parsed = experimentFileSchema.safeParse(raw);
  if (!parsed.success) throw new BadInput(sentence(where, parsed.error, experimentFileSchema));
  const { name, title, question, scales, baseline } = parsed.data;
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
    report: { baseline: baseline ?? null },
  };
};
