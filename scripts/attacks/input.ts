import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { firstOf, lab, refusal, root, twoArms, writeStudy, type Attack } from './attack.ts';

const fixtures = join(root, 'packages/models/test/fixtures');
const smoke = ['compare', '--scale', 'smoke', '--workers', '1'];

type Json = { readonly [key: string]: unknown };
const json = (path: string): Json => JSON.parse(readFileSync(path, 'utf8')) as Json;

/** Changes of a tiny BERT's folder, and a word that the refusal has to hold. */
const HARMS: readonly { readonly word: string; readonly harm: (folder: string) => void }[] = [
  ['num_attention_heads', 3],
  ['num_hidden_layers', 1e9],
  ['layer_norm_eps', 1e300],
].map(([word, value]) => ({
  word: String(word),
  harm: (folder: string) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, JSON.stringify({ ...json(path), [String(word)]: value }));
  },
}));

export const inputAttacks: readonly Attack[] = [
  {
    name: 'H6',
    what: '--provider webgpux; --engine wasm --provider webgpu',
    should: 'exit code 2',
    attempt: (folder) =>
      firstOf([
        refusal(lab('run', ...smoke, '--out', folder, '--provider', 'webgpux'), 'webgpux'),
        refusal(lab('run', ...smoke, '--out', folder, '--engine', 'wasm', '--provider', 'webgpu'), 'provider'),
      ]),
  },
  {
    name: 'H10',
    what: 'checkpoints whose sizes contradict each other, of a thousand million layers, with weights that are no numbers',
    should: 'refused with key or tensor',
    attempt: (folder) => {
      const harmed = (name: string, harm: (path: string) => void): string => {
        const own = join(folder, name);
        cpSync(join(fixtures, 'families/bert-bare'), own, { recursive: true });
        cpSync(join(fixtures, 'tokenizers/wordpiece'), own, { recursive: true });
        harm(own);
        return own;
      };
      const tried = (weights: string, ...words: readonly string[]) =>
        refusal(
          lab(
            'run',
            ...smoke,
            '--set',
            'model={"name":"bert","pooling":"mean"}',
            'train.maxTokens=8',
            '--weights',
            weights,
            '--out',
            folder,
          ),
          ...words,
        );
      const noNumbers = harmed('nan', (own) => {
        const path = join(own, 'model.safetensors');
        const bytes = readFileSync(path);
        bytes.fill(0xff, 8 + Number(bytes.readBigUInt64LE(0)));
        writeFileSync(path, bytes);
      });
      return firstOf([
        ...HARMS.map(({ word, harm }) => tried(harmed(word, harm), 'config.json', word)),
        tried(noNumbers, 'safetensors'),
      ]);
    },
  },
  {
    name: 'H12, arguments',
    what: 'outputs that cannot be written, keys and values that no config has',
    should: 'one sentence, exit code 2',
    attempt: (folder) => {
      const set = (value: string) => lab('plan', 'compare', '--scale', 'smoke', '--set', value);
      return firstOf([
        refusal(lab('run', ...smoke, '--out', '/proc/x'), '/proc/x'),
        refusal(lab('run', ...smoke, '--out', ''), '--out'),
        refusal(set('seed=[]'), 'seed'),
        refusal(set('dropout.__proto__=1'), '__proto__'),
        refusal(lab('run', ...smoke, '--out', folder, '--set', 'adapter.r=100000'), 'adapter'),
        refusal(set('train.batchSize=1e12'), 'batchSize'),
        refusal(lab('list', '__proto__'), '__proto__'),
        refusal(lab('plan', writeStudy(folder, { arms: twoArms }, { baseline: { method: 'nobody' } })), 'baseline'),
      ]);
    },
  },
  {
    name: 'H12, data',
    what: 'classes that repeat; 9 KB of Parquet with a million rows',
    should: 'one sentence, exit code 2',
    attempt: (folder) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'a.csv'), 'text,label\na,yes\nb,no\n');
      const data = new Array<string>(1_000_000).fill('equal');
      const bytes = parquetWriteBuffer({ columnData: [{ name: 'text', data, type: 'STRING' }] });
      writeFileSync(join(folder, 'a.parquet'), new Uint8Array(bytes));
      const of = (dataset: Json) =>
        lab(
          'run',
          ...smoke,
          '--data-dir',
          folder,
          '--out',
          join(folder, 'out'),
          '--set',
          `dataset=${JSON.stringify(dataset)}`,
        );
      return firstOf([
        refusal(of({ name: 'file', train: 'a.csv', classes: ['yes', 'yes', 'no'] }), 'classes'),
        refusal(of({ name: 'file', train: 'a.parquet' }), 'a.parquet'),
      ]);
    },
  },
];
