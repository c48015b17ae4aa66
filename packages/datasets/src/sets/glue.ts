import { fold, type Key } from '@lab/random';
import { BadInput, type Citation } from '@lab/records';
import { z } from 'zod';
import { hubBytes } from '../hub/cache.ts';
import { pins, single } from '../hub/pins.ts';
import { classReader, numberReader } from '../read/labels.ts';
import { readParquet } from '../read/parquet.ts';
import { Malformed, readRows, type OnMalformed, type Read } from '../read/rows.ts';
import { locate, missing, readText, type Wanted } from '../read/text.ts';
import { picker, splitTsv } from '../read/tsv.ts';
import { holdOut, usualValidation } from '../shape/holdout.ts';
import type { Dataset, Example, Sources, TaskKind } from '../types.ts';
import { define, type DatasetEntry } from './define.ts';

/** A GLUE task as data: the columns of its original files and of its hub files. */
export interface GlueTask {
  readonly name: string;
  readonly summary: string;
  /** Folder of the original download. */
  readonly folder: string;
  /** Names of the columns when the files have no header. */
  readonly header?: readonly string[];
  readonly columns: { readonly text: string; readonly pair?: string; readonly label: string };
  readonly task: TaskKind;
  /** Spellings of each class in the files; ignored for a regression. */
  readonly spellings: readonly (readonly string[])[];
  readonly metric: string;
  /** Original file and hub split of the labelled development set. */
  readonly dev: { readonly file: string; readonly split: string };
  /** Further labelled sets by name. */
  readonly elsewhere?: { readonly [name: string]: { readonly file: string; readonly split: string } };
  readonly hub: { readonly config: string; readonly text: string; readonly pair?: string };
  readonly counts: { readonly [what: string]: number };
  readonly licence: string;
  readonly cite: Citation;
}

/** GLUE's own paper. */
export const glueCite: Citation = {
  title: 'GLUE: A Multi-Task Benchmark and Analysis Platform for Natural Language Understanding',
  year: 2019,
  url: 'https://arxiv.org/abs/1804.07461',
  where: 'table 1',
};

/** Options of every GLUE task. */
export const glueOptions = z.object({
  protocol: z
    .enum(['clean', 'dev-is-both'])
    .default('clean')
    .describe(
      'clean: dev is the test split, validation is split off train; dev-is-both: dev serves as validation and as test',
    ),
  validation: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('examples split off train under the clean protocol; null: a tenth, at most 1,000'),
  malformed: z.enum(['error', 'skip']).default('error').describe('what to do with rows that do not fit'),
});

const wanted = (task: GlueTask, file: string): Wanted => ({
  folders: [`GLUE/${task.folder}`, `glue/${task.folder}`, `glue_data/${task.folder}`, task.folder],
  file,
  how: `unpack the ${task.folder} archive of the GLUE benchmark (gluebenchmark.com, tasks page), or allow downloads from the hub`,
});

/** What turns a label cell into a number, for a task. */
const labelReader = (task: GlueTask): ((cell: string) => number) =>
  task.task.kind === 'regression'
    ? numberReader(task.columns.label, task.task.range)
    : classReader(task.columns.label, task.spellings);

/** Reads an original GLUE file. `path` is named in errors; ids are `<split>:<row>`, rows from 0 in file order. */
export const parseGlue = (
  task: GlueTask,
  path: string,
  text: string,
  split: string,
  onMalformed: OnMalformed,
): Read<Example> => {
  const { columns, lines } = splitTsv(text, task.header);
  const hasPair = task.columns.pair !== undefined;
  const pick = picker(path, columns, [task.columns.text, task.columns.label, ...(hasPair ? [task.columns.pair!] : [])]);
  const label = labelReader(task);
  const first = lines[0]?.line ?? 1;
  return readRows(path, lines, onMalformed, (cells, line) => {
    const [sentence, mark, pair] = pick(cells);
    return {
      id: `${split}:${line - first}`,
      text: sentence!.trim(),
      ...(hasPair ? { pair: pair!.trim() } : {}),
      label: label(mark!),
    };
  });
};

const fromHub = async (
  task: GlueTask,
  split: string,
  sources: Sources,
  onMalformed: OnMalformed,
): Promise<Read<Example>> => {
  const path = single(task.hub.config, split);
  const { text, pair } = task.hub;
  const rows = await readParquet(path, await hubBytes({ ...pins.glue, path }, sources), [
    text,
    ...(pair ? [pair] : []),
    'label',
    'idx',
  ]);
  const classes = task.task.kind === 'classification' ? task.task.classes.length : 0;
  return readRows(path, rows, onMalformed, (row) => {
    const label = Number(row['label']);
    if (classes > 0 ? !(Number.isInteger(label) && label >= 0 && label < classes) : !Number.isFinite(label)) {
      throw new Malformed(
        'label',
        `expected ${classes > 0 ? `a class from 0 to ${classes - 1}` : 'a number'}; got ${String(row['label'])}`,
      );
    }
    return {
      id: `${split}:${String(row['idx'])}`,
      text: String(row[text]).trim(),
      ...(pair ? { pair: String(row[pair]).trim() } : {}),
      label,
    };
  });
};

/** One labelled file of a task, from the data folder, or from the hub where downloads are allowed. */
export const readGlue = async (
  task: GlueTask,
  { file, split }: { readonly file: string; readonly split: string },
  sources: Sources,
  onMalformed: OnMalformed,
): Promise<Read<Example>> => {
  const path = locate(wanted(task, file), sources);
  if (path !== undefined) return parseGlue(task, path, await readText(path), split, onMalformed);
  if (!sources.fetchFile) throw new BadInput(missing(wanted(task, file), sources));
  return fromHub(task, split, sources, onMalformed);
};

/** Train and dev of a task as splits, by the chosen protocol. */
export const glueSplits = (
  key: Key,
  name: string,
  train: readonly Example[],
  dev: readonly Example[],
  o: z.infer<typeof glueOptions>,
): Dataset['splits'] => {
  if (o.protocol === 'dev-is-both') return { train, validation: dev, test: dev };
  const size = o.validation ?? usualValidation(train.length);
  if (size >= train.length)
    throw new BadInput(`dataset ${name}: validation must stay below ${train.length}, the size of train; got ${size}`);
  return { ...holdOut(fold(key, `holdout ${name}`), train, size), test: dev };
};

/** The entry of a GLUE task. `readTrain` replaces the reading of train.tsv where a task needs that. */
export const glueEntry = (
  task: GlueTask,
  readTrain: typeof readGlue = readGlue,
  trainFile = { file: 'train.tsv', split: 'train' },
): DatasetEntry =>
  define({
    name: task.name,
    version: 1,
    summary: task.summary,
    cite: task.cite,
    facts: {
      counts: task.counts,
      metric: task.metric,
      licence: task.licence,
      from: `<data-dir>/GLUE/${task.folder}/{${trainFile.file},${task.dev.file}}, or hub ${pins.glue.repo}`,
      missing: (sources) => {
        const gone = [trainFile.file, task.dev.file]
          .map((file) => wanted(task, file))
          .find((each) => !locate(each, sources));
        return gone && !sources.fetchFile ? missing(gone, sources) : undefined;
      },
    },
    options: glueOptions,
    load: async (o, key, sources) => {
      const train = await readTrain(task, trainFile, sources, o.malformed);
      const dev = await readGlue(task, task.dev, sources, o.malformed);
      const others = await Promise.all(
        Object.entries(task.elsewhere ?? {}).map(
          async ([name, file]) => [name, await readGlue(task, file, sources, o.malformed)] as const,
        ),
      );
      return {
        name: task.name,
        task: task.task,
        metric: task.metric,
        splits: glueSplits(key, task.name, train.rows, dev.rows, o),
        ...(others.length > 0
          ? { elsewhere: Object.fromEntries(others.map(([name, read]) => [name, read.rows])) }
          : {}),
        licence: task.licence,
        cite: task.cite,
        notes: [train, dev, ...others.map(([, read]) => read)].flatMap(({ notes }) => notes),
      };
    },
  });
