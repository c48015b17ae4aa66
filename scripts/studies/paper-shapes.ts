import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { publicConfigs, writeRandomCheckpoint } from '@lab/models';
import { key } from '@lab/random';
import { readRecord, type Cost, type Named, type RunConfig } from '@lab/records';
import { writeMadeData } from './paper-shapes/data.ts';
import { paperKinds, type PaperKind } from './paper-shapes/kinds.ts';

/**
 * Runs every kind of `paper` and `real` config on a random checkpoint with the real shapes: two
 * optimiser steps and one evaluation batch, through the command line, twice with one worker. The
 * first run compiles its programs, the second finds them compiled. Prints the table of
 * docs/paper-scale.md.
 */
const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'deberta-v3-base,roberta-large,gpt2-medium,opt-350m' },
    experiments: { type: 'string' },
    only: { type: 'string', default: '' },
    batch: { type: 'string', default: '4' },
    words: { type: 'string', default: '32' },
    threads: { type: 'string', default: '2' },
    most: { type: 'string', default: '1000' },
    out: { type: 'string', default: 'out/paper-shapes' },
    keep: { type: 'boolean', default: false },
  },
});
const [batch, length, most] = [values.batch, values.words, values.most].map(Number);
const decoders = ['gpt2-medium', 'opt-350m', 'smollm2'];
const main = fileURLToPath(new URL('../../packages/lab/src/main.ts', import.meta.url));

/** A data set of which few rows are made. */
const small = ({ subset: _subset, ...dataset }: Named): Named =>
  dataset.name === 'alpaca' ? { ...dataset, validation: batch, test: batch } : dataset;

/** The paper's config with a small batch of short texts. */
const smallConfig = ({ seed: _seed, dataset, trainOn, train, generation, ...rest }: RunConfig) => ({
  ...rest,
  dataset: { ...small(dataset), maxTest: batch },
  ...(trainOn ? { trainOn: small(trainOn) } : {}),
  train: { ...train, epochs: 1, batchSize: batch },
  ...(generation ? { generation: { ...generation, maxNewTokens: 4 } } : {}),
  members: Math.min(1, rest.members),
});

/** A study of an arm a kind and two seeds: the second finds the programs of the first compiled. */
const studyOf = (kinds: readonly PaperKind[]) => ({
  name: 'paper-shapes',
  title: 'Paper shapes',
  question: 'Does it run?',
  scales: {
    once: {
      summary: 'two steps',
      base: {},
      arms: kinds.map(({ experiment, name, config }) => ({
        labels: { method: `${experiment}, ${name}` },
        config: smallConfig(config),
      })),
      seeds: [0, 1],
    },
  },
});

const lab = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx/esm', main, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });

/** Runs of a study with what they cost, by the label of their arm. */
const runsPlanned = (common: readonly string[]) =>
  (
    JSON.parse(lab('plan', ...common, '--json').stdout || '{"plans":[]}') as {
      readonly plans: readonly {
        readonly runs: readonly { readonly id: string; readonly labels: { readonly method: string } }[];
      }[];
    }
  ).plans.flatMap(({ runs }) => runs);

/** Trains the kinds of one model and gives a line for each. */
const linesOf = (model: string, kinds: readonly PaperKind[], weights: string): readonly string[] => {
  const out = join(values.out, `runs-${model}`);
  const study = join(values.out, `${model}.json`);
  writeFileSync(study, JSON.stringify(studyOf(kinds)));
  const common = [study, '--scale', 'once', '--out', out, '--weights', weights];
  const ran = lab(
    'run',
    ...common,
    '--data-dir',
    data,
    '--workers',
    '1',
    '--threads',
    values.threads,
    '--attempts',
    '1',
  );
  const runs = runsPlanned(common);
  if (runs.length === 0) throw new Error(`${ran.stdout}${ran.stderr}`);
  return [...new Set(runs.map(({ labels }) => labels.method))].map((method) => {
    const ids = runs.filter(({ labels }) => labels.method === method).map(({ id }) => id);
    return lineOf(
      model,
      method,
      ids.flatMap((id) => readRecord(out, id)?.result.cost ?? []),
    );
  });
};

/** One line of the table. */
const lineOf = (model: string, method: string, [first, second]: readonly Cost[]): string => {
  if (!first || !second) return `| ${model} | ${method} | failed | | | |`;
  const step = second.trainSeconds / second.steps;
  const numbers = [first.trainSeconds - step, step, first.seconds - second.seconds].map((value) => value.toFixed(1));
  const peak = Math.round(Math.max(first.peakMemoryMB, second.peakMemoryMB)).toLocaleString('en');
  return `| ${[model, method, ...numbers, peak].join(' | ')} |`;
};

const names = values.models.split(',');
const unknown = names.find((name) => !Object.hasOwn(publicConfigs, name));
if (unknown !== undefined) throw new Error(`no model "${unknown}"; allowed: ${Object.keys(publicConfigs).join(', ')}`);
const wanted = values.experiments?.split(',');
const data = join(values.out, 'data');
writeMadeData(data, { train: 2 * (batch ?? 4), test: batch ?? 4, words: length ?? 32 });
console.log(
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${values.threads} threads; batches of ${values.batch} texts of ` +
    `about ${values.words} tokens; load ${(loadavg()[0] ?? 0).toFixed(1)} on ${cpus().length} cores\n`,
);
console.log('| model | config | first step, s | a step, s | compiling, s | peak memory, MB |');
console.log('|---|---|--:|--:|--:|--:|');
for (const model of names) {
  const weights = join(values.out, model);
  const lm = decoders.includes(model);
  if (!existsSync(join(weights, 'model.safetensors'))) await writeRandomCheckpoint(model, lm, weights, key(0));
  const kinds = paperKinds([model])
    .filter(({ experiment }) => wanted?.includes(experiment) ?? true)
    .filter(({ name }) => name.includes(values.only));
  for (const line of linesOf(model, kinds.slice(0, most), weights)) console.log(line);
  if (!values.keep) rmSync(weights, { recursive: true });
}
