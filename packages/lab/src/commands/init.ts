import { existsSync } from 'node:fs';
import { basename, dirname, extname, relative } from 'node:path';
import { tableCells, datasets, openTable, type Dataset } from '@lab/datasets';
import { experiments } from '@lab/experiments';
import { key } from '@lab/random';
import { BadInput, itemAt, writeWhole } from '@lab/records';
import { parseExperiment, planExperiment } from '@lab/runner';
import { askInTerminal, chooseColumns, takeSuggested, type ColumnFlags } from '../init/choose.ts';
import { columnFacts, type ChosenColumns } from '../init/columns.ts';
import { summariseData, summaryLines } from '../init/describe-data.ts';
import { comparisonTime, measurePilot, searchTime } from '../init/pilot.ts';
import { guessSpans } from '../init/spans.ts';
import { namedColumns, studyYaml, type StudyChoices } from '../init/study-yaml.ts';
import { defaultWorkers } from '../terminal/options.ts';
import { printJson, timeText } from '../terminal/print.ts';
import { schemaFile } from './schema.ts';

export interface InitOptions extends ColumnFlags {
  readonly validation?: string;
  readonly test?: string;
  readonly name?: string;
  readonly model?: string;
  readonly weights?: string;
  readonly methods: readonly string[];
  readonly seeds: number;
  readonly to: string;
  readonly force: boolean;
  readonly yes: boolean;
  /** Whether a step is measured, so that the next commands are shown with their time. */
  readonly time: boolean;
  readonly out: string;
  readonly json: boolean;
}

/** Models that come with the package. */
const inPackage: readonly string[] = ['use-lite', 'embedded-gpt'];

/** The model of a first study: for questions on a context an encoder that reads both together. */
const usualModels = {
  classification: 'use-lite',
  regression: 'use-lite',
  'text-to-text': 'embedded-gpt',
  'extractive-qa': 'minilm',
} as const satisfies { readonly [task in ChosenColumns['task']]: string };

/** Rows that a first study trains on, and tests on: minutes on two cores. */
const firstTraining = 300;
const firstTest = 1_000;

/** Fewer rows than this can be split into nothing that tells anything. */
const fewestRows = 20;

/** The part of a file that is split off where no file is given. */
const heldOut = { validation: 0.15, test: 0.3 };

/** Letters, digits and hyphens of a file's name; never the name of a built-in experiment. */
const studyName = (path: string): string => {
  const stem = basename(path, extname(path)).toLowerCase();
  const name = stem.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'study';
  return experiments.some((own) => own.name === name) ? `${name}-study` : name;
};

/** Tokens that almost every row fits into: words and a half, in steps of 16. */
const tokensFor = (words: number): number => Math.min(128, Math.max(16, 16 * Math.ceil((1.5 * words) / 16)));

/** The data as its columns say, with parts split off where there are no files for them. */
const openData = async (
  files: StudyChoices['files'],
  columns: ChosenColumns,
  sizes: StudyChoices['sizes'],
  out: string,
): Promise<Dataset> => {
  const split = {
    ...(files.validation === null ? { validationSize: sizes.validation } : {}),
    ...(files.test === null ? { testSize: sizes.test } : {}),
  };
  const config = datasets.parse({
    name: 'file',
    ...files,
    task: columns.task,
    columns: namedColumns(columns),
    ...split,
  });
  return datasets.build(config, key(0), { cacheDir: `${out}/cache` });
};

/** Training rows to keep, of each class in a classification; null where there are no more. */
const subsetOf = ({ task, splits: { train } }: Dataset): number | null => {
  if (train.length <= firstTraining) return null;
  if (task.kind !== 'classification') return firstTraining;
  const counts = task.classes.map((_, c) => train.filter(({ label }) => label === c).length);
  return Math.max(1, Math.min(Math.ceil(firstTraining / task.classes.length), ...counts));
};

/**
 * `lab init`: looks at a file, asks or takes by flags what its columns are, shows what is in it,
 * and writes a commented study. Throws `BadInput` for a file that does not fit and for a study that
 * is there already.
 */
export const init = async (path: string, options: InitOptions): Promise<void> => {
  const { validation = null, test = null, to, out, json, seeds } = options;
  if (existsSync(to) && !options.force)
    throw new BadInput(`${to}: is there already; write another with --to, or replace it with --force`);
  const files = { train: path, validation, test };
  const tables = await Promise.all(
    Object.entries(files).flatMap(([split, file]) =>
      file === null ? [] : [openTable(file, {}).then((table) => ({ split, table }))],
    ),
  );
  const rows = tables.flatMap(({ split, table }) => (split === 'train' ? tableCells(table) : []));
  if (rows.length < fewestRows)
    throw new BadInput(`${path}: ${rows.length} usable rows; a study needs ${fewestRows} at least`);
  const asks = process.stdin.isTTY && !options.yes && !json;
  const facts = columnFacts(rows);
  const choose = (ask: Parameters<typeof chooseColumns>[2]['ask']) =>
    chooseColumns(path, facts, { flags: options, ask, spans: guessSpans(facts, rows) });
  const columns = await (asks ? askInTerminal(choose) : choose(takeSuggested));
  const size = rows.length;
  const sizes = {
    validation: Math.min(500, Math.floor(heldOut.validation * size)),
    test: Math.min(firstTest, Math.floor(heldOut.test * size)),
  };
  const data = await openData(files, columns, sizes, out);
  const summary = summariseData(data);
  const model = options.model ?? usualModels[columns.task];
  const text = studyYaml({
    name: options.name ?? studyName(path),
    files,
    digests: Object.fromEntries(tables.map(({ split, table }) => [split, table.sha256])),
    columns,
    sizes,
    subset: subsetOf(data),
    maxTest: test !== null && summary.splits.test > firstTest ? firstTest : null,
    maxTokens: tokensFor(summary.words.p95),
    model,
    methods: [...new Set(['none', ...options.methods])],
    seeds,
    path: to,
    schema: relative(dirname(to), schemaFile).replaceAll('\\', '/'),
  });
  const experiment = parseExperiment(text, to);
  const runs = planExperiment(experiment, 'quick');
  writeWhole(to, text);
  const workers = defaultWorkers();
  const isThere = options.weights !== undefined || inPackage.includes(model);
  const pilot = options.time && isThere ? await measurePilot(itemAt(runs, 0), `${out}/cache`, options.weights) : null;
  const seconds = pilot && {
    search: searchTime(pilot, experiment, 'quick', workers),
    comparison: comparisonTime(pilot, runs, workers),
  };
  if (json) return printJson({ study: to, name: experiment.name, columns, data: summary, seconds, workers });
  const withWeights = isThere && options.weights === undefined ? '' : ` --weights ${options.weights ?? '<folder>'}`;
  const time = (all: number | undefined): string => (all === undefined ? '' : `   # about ${timeText(all)}`);
  console.log(
    [
      `${path}: text ${columns.text}${columns.pair === null ? '' : `, pair ${columns.pair}`}, ` +
        `label ${columns.label}, ${columns.task}`,
      ...summaryLines(summary).map((line) => `  ${line}`),
      '',
      `Written: ${to}. Next${seconds ? `, with the time on ${workers} workers of this machine` : ''}:`,
      `  npm run lab -- tune ${to}${withWeights}${time(seconds?.search)}`,
      `  npm run lab -- run ${to} --tuned${withWeights}${time(seconds?.comparison)}`,
      ...(isThere
        ? []
        : [`The weights of ${model} do not come with the package; docs/my-checkpoint.md says how to get them.`]),
    ].join('\n'),
  );
};
