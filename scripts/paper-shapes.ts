import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { publicConfigs, writeRandomCheckpoint } from '@lab/models';
import { key } from '@lab/random';
import { readRecord, type Cost } from '@lab/records';
import { writeMadeData } from './paper-shapes/data.ts';
import { paperKinds, type PaperKind } from './paper-shapes/kinds.ts';

/**
 * Runs every kind of `paper` config on a random checkpoint with the real shapes: two optimiser
 * steps and one evaluation batch, through the command line, twice with one worker. The first run
 * compiles its programs, the second finds them compiled. Prints the table of docs/paper-scale.md.
 */
const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'deberta-v3-base,roberta-large,gpt2-medium,opt-350m' },
    experiments: { type: 'string' },
    batch: { type: 'string', default: '4' },
    words: { type: 'string', default: '32' },
    threads: { type: 'string', default: '2' },
    most: { type: 'string', default: '1000' },
    out: { type: 'string', default: 'out/paper-shapes' },
    keep: { type: 'boolean', default: false },
  },
});
const [batch, length, most] = [values.batch, values.words, values.most].map(Number);
const decoders = ['gpt2-medium', 'opt-350m'];
const main = fileURLToPath(new URL('../packages/lab/src/main.ts', import.meta.url));

/** A study of one arm and two seeds: the paper's config with a small batch of short texts. */
const studyOf = ({ config, name }: PaperKind) => {
  const { seed: _seed, dataset, train, generation, ...rest } = config;
  const small = dataset.name === 'alpaca' ? { validation: batch, test: batch } : {};
  return {
    name: 'paper-shapes',
    title: 'Paper shapes',
    question: 'Does it run?',
    scales: {
      once: {
        summary: 'two steps',
        base: {
          ...rest,
          dataset: { ...dataset, ...small, maxTest: batch },
          train: { ...train, epochs: 1, batchSize: batch },
          ...(generation ? { generation: { ...generation, maxNewTokens: 4 } } : {}),
          members: Math.min(1, config.members),
        },
        arms: [{ labels: { method: name }, config: {} }],
        seeds: [0, 1],
      },
    },
  };
};

/** Runs one kind; costs of the first and the second run, or what the command line said. */
const measured = (
  kind: PaperKind,
  folders: { readonly data: string; readonly weights: string; readonly out: string },
) => {
  const study = join(folders.out, 'study.json');
  rmSync(folders.out, { recursive: true, force: true });
  mkdirSync(folders.out, { recursive: true });
  writeFileSync(study, JSON.stringify(studyOf(kind)));
  const common = [study, '--scale', 'once', '--out', folders.out, '--weights', folders.weights];
  const lab = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx/esm', main, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const began = performance.now();
  const ran = lab(
    'run',
    ...common,
    '--data-dir',
    folders.data,
    '--workers',
    '1',
    '--threads',
    values.threads,
    '--attempts',
    '1',
  );
  const seconds = (performance.now() - began) / 1000;
  const planned = JSON.parse(lab('plan', ...common, '--json').stdout || '{"plans":[]}') as {
    readonly plans: readonly { readonly runs: readonly { readonly id: string }[] }[];
  };
  const costs = planned.plans.flatMap(({ runs }) =>
    runs.flatMap(({ id }) => readRecord(folders.out, id)?.result.cost ?? []),
  );
  return { costs, seconds, words: `${ran.stdout}\n${ran.stderr}`.trim().split('\n').at(-1) ?? '' };
};

/** One line of the table. */
const lineOf = (kind: PaperKind, [first, second]: readonly Cost[], words: string): string => {
  const head = [kind.model, kind.experiment, kind.name];
  if (!first || !second) return `| ${[...head, words, '', '', ''].join(' | ')} |`;
  const step = second.trainSeconds / second.steps;
  const compile = first.seconds - second.seconds;
  const numbers = [first.trainSeconds - step, step, compile].map((value) => value.toFixed(1));
  return `| ${[...head, ...numbers, Math.round(Math.max(first.peakMemoryMB, second.peakMemoryMB)).toLocaleString('en')].join(' | ')} |`;
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
console.log('| model | experiment | config | first step, s | a step, s | compiling, s | peak memory, MB |');
console.log('|---|---|---|--:|--:|--:|--:|');
for (const model of names) {
  const weights = join(values.out, model);
  const lm = decoders.includes(model);
  if (!existsSync(join(weights, 'model.safetensors'))) await writeRandomCheckpoint(model, lm, weights, key(0));
  const kinds = paperKinds([model]).filter(({ experiment }) => wanted?.includes(experiment) ?? true);
  for (const kind of kinds.slice(0, most)) {
    const { costs, words } = measured(kind, { data, weights, out: join(values.out, 'runs') });
    console.log(lineOf(kind, costs, words));
  }
  if (!values.keep) rmSync(weights, { recursive: true });
}
