import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { firstOf, lab, wrongRefusal, root, twoArms, writeStudy, type Attack } from './attack.ts';

const fixtures = join(root, 'packages/models/test/fixtures');
const smoke = ['compare', '--scale', 'smoke', '--workers', '1'];

type Json = { readonly [key: string]: unknown };
const json = (path: string): Json => JSON.parse(readFileSync(path, 'utf8')) as Json;

/** Changes of a tiny BERT's folder, and a word that the wrongRefusal has to hold. */
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
        wrongRefusal(lab('run', ...smoke, '--out', folder, '--provider', 'webgpux'), 'webgpux'),
        wrongRefusal(lab('run', ...smoke, '--out', folder, '--engine', 'wasm', '--provider', 'webgpu'), 'provider'),
      ]),
  },
  {
    name: 'H10',
    what: 'checkpoints of impossible sizes, of a thousand million layers, with weights that are no numbers',
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
        wrongRefusal(
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
        // Words beyond the model's table would be refused first.
        const tokenizer = json(join(own, 'tokenizer.json')) as { readonly model: { readonly vocab: Json } };
        const vocab = Object.fromEntries(Object.entries(tokenizer.model.vocab).filter(([, id]) => Number(id) < 23));
        writeFileSync(
          join(own, 'tokenizer.json'),
          JSON.stringify({ ...tokenizer, model: { ...tokenizer.model, vocab } }),
        );
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
        wrongRefusal(lab('run', ...smoke, '--out', '/proc/x'), '/proc/x'),
        wrongRefusal(lab('run', ...smoke, '--out', ''), '--out'),
        wrongRefusal(set('seed=[]'), 'seed'),
        wrongRefusal(set('dropout.__proto__=1'), '__proto__'),
        wrongRefusal(lab('run', ...smoke, '--out', folder, '--set', 'adapter.r=100000'), 'adapter'),
        wrongRefusal(set('train.batchSize=1e12'), 'batchSize'),
        wrongRefusal(lab('list', '__proto__'), '__proto__'),
        wrongRefusal(
          lab('plan', writeStudy(folder, { arms: twoArms }, { baseline: { method: 'nobody' } })),
          'baseline',
        ),
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
        wrongRefusal(of({ name: 'file', train: 'a.csv', classes: ['yes', 'yes', 'no'] }), 'classes'),
        wrongRefusal(of({ name: 'file', train: 'a.parquet' }), 'a.parquet'),
      ]);
    },
  },
];
