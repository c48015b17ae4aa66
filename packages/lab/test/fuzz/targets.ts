import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { datasets } from '@lab/datasets';
import { isSavable, models } from '@lab/models';
import { key } from '@lab/random';
import { canonical, digest, holdingOf, readCurveSoFar, readFailure, readSeal, stateOf } from '@lab/records';
import { readArchive } from '@lab/report';
import { readProtocol, readTuning } from '@lab/runner';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { experimentsNamed } from '../../src/compose/plan/experiments.ts';

const yaml = `# a study
name: mine
base: &base
  dataset: { name: imdb, train: 16 }
  model: { name: use-lite }
  adapter: { name: lora, r: 4 }
methods:
  none:
  lora-dropout: { p: [.1, .3] }
arms: [{ labels: { method: other }, config: *base }]
grid:
  train.lr: [1e-3, 2e-3]
baseline: none
seeds: [0, 1]
`;

/** A kind of file that a reader takes from outside. */
export type FuzzTarget = {
  readonly name: string;
  /** The file to change, within the folder. */
  readonly file: string;
  /** A valid file. */
  readonly valid: () => Uint8Array;
  /** Writes what stands beside the file. */
  readonly prepare?: (folder: string) => void;
  /** From the bytes that are changed to those on disk; the inverse of what `valid` unpacked. */
  readonly pack?: (bytes: Buffer) => Uint8Array;
  /** Reads the file to its end, as the program does. */
  readonly read: (folder: string) => unknown;
};

const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../models/test/fixtures/${path}`, import.meta.url));
const results = fileURLToPath(new URL('../../../../results/', import.meta.url));

const withTokenizer = (folder: string): void => {
  cpSync(fixture('families/bert-bare'), folder, { recursive: true });
  cpSync(fixture('tokenizers/wordpiece'), folder, { recursive: true });
};
const useBert = async (folder: string): Promise<unknown> => {
  const model = await models.build(models.parse({ name: 'bert', pooling: 'mean' }), { weights: folder });
  await model.weights();
  return model.tokenize('a b c.');
};
const useLlama = async (folder: string): Promise<unknown> => {
  const model = await models.build(models.parse({ name: 'llama', lm: true }), { weights: folder });
  if (isSavable(model)) await model.weights();
  return model.tokenize('a b c.');
};
const checkpoint = (file: string): FuzzTarget => ({
  name: file,
  file,
  valid: () =>
    readFileSync(fixture(file === 'tokenizer.json' ? `tokenizers/wordpiece/${file}` : `families/bert-bare/${file}`)),
  prepare: withTokenizer,
  read: useBert,
});

const rows = Array.from({ length: 24 }, (_, i) => ({ text: `"quoted", number ${i}`, label: i % 2 }));
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const tables: { readonly [format: string]: () => Uint8Array } = {
  csv: () => Buffer.from(['text,label', ...rows.map(({ text, label }) => `${cell(text)},${label}`), ''].join('\r\n')),
  tsv: () => Buffer.from(['text\tlabel', ...rows.map(({ text, label }) => `${text}\t${label}`), ''].join('\n')),
  jsonl: () => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  parquet: () =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'text', data: rows.map(({ text }) => text), type: 'STRING' },
          { name: 'label', data: rows.map(({ label }) => label), type: 'INT32' },
        ],
      }),
    ),
};
const table = (format: string): FuzzTarget => ({
  name: format,
  file: `rows.${format}`,
  valid: tables[format] ?? (() => new Uint8Array()),
  read: (dataDir) =>
    datasets.build(datasets.parse({ name: 'file', train: `rows.${format}`, validationSize: 4, testSize: 4 }), key(0), {
      dataDir,
      cacheDir: join(dataDir, 'cache'),
    }),
});

const study = {
  name: 'fuzzed',
  title: 'A study',
  scales: {
    quick: {
      base: { dataset: { name: 'imdb', train: 16 }, train: { epochs: 2, lr: 0.002 } },
      arms: [{ labels: { method: 'none' }, config: { dropout: { name: 'none' } } }],
      grid: { 'dropout.p': [0.1, 0.3] },
      seeds: [0, 1],
    },
  },
};

const id = '0123456789abcdef';
/** The JSON with a checksum that fits, so that faults reach what stands behind it. */
const signed = (bytes: Buffer): Buffer => {
  try {
    const body = JSON.parse(bytes.toString('utf8')) as object;
    return Buffer.from(JSON.stringify({ ...body, sha256: digest(canonical(body)) }));
  } catch {
    return bytes;
  }
};
const inRun = (name: string, valid: object | string, read: (out: string) => unknown): FuzzTarget => ({
  name,
  file: `runs/${id}/${name}`,
  valid: () => Buffer.from(typeof valid === 'string' ? valid : JSON.stringify(valid)),
  prepare: (folder) => mkdirSync(join(folder, 'runs', id), { recursive: true }),
  read,
});
const owner = { host: 'here', space: null, pid: 7, started: '1', turn: 0 };
const curve = [1, 2, 3].map((epoch) => ({ step: epoch * 8, epoch, trainLoss: 1 / epoch, lr: 0.01, evaluations: [] }));
const tuning = {
  schema: 1,
  experiment: 'compare',
  scale: 'smoke',
  plan: {
    how: 'random',
    trials: 2,
    seeds: [1000],
    shared: { 'train.lr': [0.001, 0.01] },
    own: {},
    rungs: [],
    keep: 0.5,
  },
  arms: [
    {
      labels: { method: 'none' },
      trials: [
        { settings: { 'train.lr': 0.01 }, runs: [id], losses: [{ epoch: 1, step: 8, loss: 0.5 }], stoppedAfter: null },
      ],
      chosen: 0,
      steps: 16,
    },
  ],
};
const protocol = {
  schema: 1,
  experiment: 'compare',
  name: 'smoke',
  registered: '2026-01-01T00:00:00.000Z',
  commit: null,
  tuning: null,
  runs: [{ id, labels: { method: 'none' }, seed: 0 }],
  claims: [{ id: 'helps', text: 'it helps' }],
  looks: { seeds: [4, 8], spending: 'pocock' },
  finishedBefore: [],
};

/** The first committed archive, cut to three runs. */
const archive = (): Buffer => {
  const folder = readdirSync(results).find((name) => name === 'compare') ?? '';
  const text = gunzipSync(readFileSync(join(results, folder, 'quick', 'runs.jsonl.gz'))).toString();
  return Buffer.from(`${text.split('\n').slice(0, 4).join('\n')}\n`);
};

/** Every reader of a file that comes from outside. */
export const fuzzTargets: readonly FuzzTarget[] = [
  ...['config.json', 'model.safetensors', 'tokenizer.json'].map(checkpoint),
  { name: 'gguf', file: 'model.gguf', valid: () => readFileSync(fixture('gguf/llama.gguf')), read: useLlama },
  ...['csv', 'tsv', 'jsonl', 'parquet'].map(table),
  {
    name: 'experiment file',
    file: 'study.json',
    valid: () => Buffer.from(JSON.stringify(study)),
    read: (folder) => experimentsNamed([join(folder, 'study.json')]),
  },
  {
    name: 'study in YAML',
    file: 'study.yaml',
    valid: () => Buffer.from(yaml),
    read: (folder) => experimentsNamed([join(folder, 'study.yaml')]),
  },
  inRun('FAILED.json', { status: 'failed', reason: 'why', attempts: 1 }, (out) => readFailure(join(out, 'runs', id))),
  inRun('lease-000001.json', owner, (out) => [holdingOf(join(out, 'runs', id)), stateOf(out, id)]),
  inRun('metrics.jsonl', `${curve.map((point) => JSON.stringify(point)).join('\n')}\n`, (out) =>
    readCurveSoFar(out, id),
  ),
  {
    ...inRun(
      'DONE',
      { schema: 1, status: 'done', files: { 'run.json': { sha256: '0'.repeat(64), bytes: 2 } } },
      (out) => readSeal(join(out, 'runs', id)),
    ),
    pack: signed,
  },
  {
    name: 'archive',
    file: 'runs.jsonl.gz',
    valid: archive,
    pack: (bytes) => gzipSync(bytes),
    read: readArchive,
  },
  {
    name: 'packed archive',
    file: 'runs.jsonl.gz',
    valid: () => gzipSync(archive()),
    read: readArchive,
  },
  {
    name: 'tuning file',
    file: 'tuning/compare/smoke.json',
    valid: () => Buffer.from(JSON.stringify(tuning)),
    pack: signed,
    read: (out) => readTuning(out, 'compare', 'smoke'),
  },
  {
    name: 'protocol file',
    file: 'protocols/compare/smoke.json',
    valid: () => Buffer.from(JSON.stringify(protocol)),
    pack: signed,
    read: (out) => readProtocol(out, 'compare', 'smoke'),
  },
];

/** Writes a changed file where its reader looks for it. */
export const place = (target: FuzzTarget, folder: string, bytes: Buffer): void => {
  target.prepare?.(folder);
  const path = join(folder, target.file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, target.pack?.(bytes) ?? bytes);
};
