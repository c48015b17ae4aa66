import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { models } from '@lab/models';
import { attemptInProcess, type BadCase } from './outcome.ts';

const fixtures = fileURLToPath(new URL('../../../models/test/fixtures/', import.meta.url));
const SIZES = [
  'vocab_size',
  'hidden_size',
  'num_hidden_layers',
  'num_attention_heads',
  'intermediate_size',
  'max_position_embeddings',
];

/** A change of a folder with a tiny BERT and a tokenizer. */
type Damage = {
  readonly name: string;
  readonly names: readonly (string | RegExp)[];
  readonly act: (folder: string) => void;
};

const rewrite = (file: string, change: (bytes: Buffer) => string | Uint8Array) => (folder: string) => {
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path)));
};
const inJson = (file: string, change: (json: Record<string, unknown>) => unknown) =>
  rewrite(file, (bytes) => JSON.stringify(change(JSON.parse(bytes.toString()) as Record<string, unknown>)));
const header = (bytes: Buffer) => Number(bytes.readBigUInt64LE(0));
/** The file with another header, whose length is set. */
const withHeader = (text: string) => (bytes: Buffer) => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text), bytes.subarray(8 + header(bytes))]);
};
const inHeader = (
  change: (entries: Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>) => void,
) =>
  rewrite('model.safetensors', (bytes) => {
    const entries = JSON.parse(bytes.subarray(8, 8 + header(bytes)).toString()) as Parameters<typeof change>[0];
    delete entries['__metadata__'];
    change(entries);
    return withHeader(JSON.stringify(entries))(bytes);
  });
const first = <T>(entries: Record<string, T>): [string, T] => Object.entries(entries)[0] as [string, T];
const weights = 'model.safetensors';

const DAMAGES: readonly Damage[] = [
  ...['config.json', weights].map((file): Damage => ({
    name: `no ${file}`,
    names: [file],
    act: (folder) => rmSync(join(folder, file)),
  })),
  ...['config.json', weights].map((file): Damage => ({
    name: `an empty ${file}`,
    names: [file],
    act: rewrite(file, () => ''),
  })),
  ...['config.json', weights].map((file): Damage => ({
    name: `half of ${file}`,
    names: [file],
    act: rewrite(file, (b) => b.subarray(0, b.length / 2)),
  })),
  ...SIZES.flatMap((key) =>
    [0, -1, 1.5, 'word', null].map((value): Damage => ({
      name: `${key} of ${JSON.stringify(value)}`,
      names: ['config.json', key],
      act: inJson('config.json', (json) => ({ ...json, [key]: value })),
    })),
  ),
  ...SIZES.filter((key) => key !== 'num_attention_heads').map((key): Damage => ({
    name: `twice the ${key}`,
    names: [/config\.json|safetensors|bad-/],
    act: inJson('config.json', (json) => ({ ...json, [key]: Number(json[key]) * 2 })),
  })),
  ...[3, 7].map((heads): Damage => ({
    name: `${heads} heads`,
    names: ['config.json', 'num_attention_heads'],
    act: inJson('config.json', (json) => ({ ...json, num_attention_heads: heads })),
  })),
  { name: 'a list as configuration', names: ['config.json'], act: rewrite('config.json', () => '[]') },
  {
    name: 'another family',
    names: ['model_type', '"t5"'],
    act: inJson('config.json', (j) => ({ ...j, model_type: 't5' })),
  },
  { name: 'no family', names: ['model_type'], act: inJson('config.json', ({ model_type: _, ...json }) => json) },
  {
    name: 'an unknown activation',
    names: ['hidden_act'],
    act: inJson('config.json', (j) => ({ ...j, hidden_act: 'sin' })),
  },
  {
    name: 'an endless epsilon',
    names: ['layer_norm_eps'],
    act: inJson('config.json', (j) => ({ ...j, layer_norm_eps: 1e300 })),
  },
  {
    name: 'a thousand million layers',
    names: ['num_hidden_layers'],
    act: inJson('config.json', (j) => ({ ...j, num_hidden_layers: 1e9 })),
  },
  { name: 'a header that is no JSON', names: [weights], act: rewrite(weights, withHeader('{')) },
  { name: 'a header that is a list', names: [/safetensors|tensor/], act: rewrite(weights, withHeader('[]')) },
  {
    name: 'a header longer than the file',
    names: [weights],
    act: rewrite(weights, (b) => (b.writeBigUInt64LE(1n << 60n), b)),
  },
  { name: 'an unknown type of numbers', names: [weights], act: inHeader((e) => void (first(e)[1].dtype = 'F7')) },
  { name: 'a negative shape', names: [weights], act: inHeader((e) => void (first(e)[1].shape[0] = -1)) },
  { name: 'another shape', names: [/safetensors|tensor/], act: inHeader((e) => void (first(e)[1].shape = [1])) },
  {
    name: 'offsets beyond the file',
    names: [weights],
    act: inHeader((e) => void (first(e)[1].data_offsets = [0, 1e12])),
  },
  {
    name: 'offsets that overlap',
    names: [weights],
    act: inHeader((e) => void (first(e)[1].data_offsets = first(e)[1].data_offsets.map((x) => x + 4))),
  },
  { name: 'a tensor left out', names: [/tensor/], act: inHeader((e) => void Reflect.deleteProperty(e, first(e)[0])) },
  {
    name: 'weights that are no numbers',
    names: [/safetensors|tensor/],
    act: rewrite(weights, (b) => b.fill(0xff, 8 + header(b))),
  },
];

const TOKENIZERS: readonly Damage[] = [
  { name: 'an empty tokenizer', names: ['tokenizer.json'], act: (f) => writeFileSync(join(f, 'tokenizer.json'), '') },
  {
    name: 'a tokenizer that is no JSON',
    names: ['tokenizer.json'],
    act: (f) => writeFileSync(join(f, 'tokenizer.json'), '{'),
  },
  {
    name: 'a tokenizer without a model',
    names: ['tokenizer.json'],
    act: inJson('tokenizer.json', ({ model: _, ...j }) => j),
  },
  {
    name: 'a tokenizer of an unknown model',
    names: ['tokenizer.json'],
    act: inJson('tokenizer.json', (j) => ({ ...j, model: { ...(j['model'] as object), type: 'Magic' } })),
  },
  {
    name: 'a tokenizer without words',
    names: ['tokenizer.json'],
    act: inJson('tokenizer.json', (j) => ({ ...j, model: { type: 'WordPiece' } })),
  },
  {
    name: 'a tokenizer with an unknown step',
    names: ['tokenizer.json'],
    act: inJson('tokenizer.json', (j) => ({ ...j, pre_tokenizer: { type: 'Magic' } })),
  },
  {
    name: 'a tokenizer with a pattern that does not parse',
    names: ['tokenizer.json'],
    act: inJson('tokenizer.json', (j) => ({
      ...j,
      pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated', invert: false },
    })),
  },
];

/** Folders with a checkpoint, opened and used in this process. */
export const checkpointCases = (folder: string): readonly BadCase[] => {
  const of =
    (group: string, use: (weights: string) => Promise<unknown>) =>
    ({ name, names, act }: Damage, i: number): BadCase => ({
      group,
      name,
      names,
      attempt: () => {
        const own = join(folder, `bad-${group}-${i}`);
        cpSync(join(fixtures, 'families/bert-bare'), own, { recursive: true });
        cpSync(join(fixtures, 'tokenizers/wordpiece'), own, { recursive: true });
        act(own);
        return attemptInProcess(() => use(own));
      },
    });
  const open = (weightsFolder: string) =>
    models.build(models.parse({ name: 'bert', pooling: 'mean' }), { weights: weightsFolder });
  return [
    ...DAMAGES.map(of('checkpoints', async (path) => (await open(path)).weights())),
    ...TOKENIZERS.map(of('tokenizers', async (path) => (await open(path)).tokenize('a sentence'))),
  ];
};
