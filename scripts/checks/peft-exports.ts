/**
 * Trains tiny runs of every adapter that PEFT has and of every family with a classification head,
 * exports them, opens each with real transformers and peft, and compares the logits with those that
 * the run stored. Skips without a Python that has torch, transformers and peft.
 *
 *   npx tsx scripts/checks/peft-exports.ts --python <python> [--models bert --models roberta]
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readPredictions, readRecord } from '@lab/records';

const tolerance = 1e-4;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

// Three special ids, then twenty letters: as many as the tiny checkpoints know.
const words = ['<pad>', '<s>', '</s>', ...'etaoinshrdlcumwfgypb'];
const texts = ['tea', 'noise', 'eat', 'sand', 'on', 'shore', 'lime', 'mud'];

/** Adapters by name, each on maps of BERT. */
const maps = { target_modules: ['query', 'value', 'intermediate.dense'] };
const adapters = {
  lora: { name: 'lora', r: 3, ...maps },
  rslora: { name: 'lora', r: 3, rslora: true, ...maps },
  patterns: { name: 'lora', r: 3, rank_pattern: { query: 2 }, alpha_pattern: { value: 5 }, ...maps },
  'bias lora_only': { name: 'lora', r: 3, bias: 'lora_only', ...maps },
  'bias all': { name: 'lora', r: 3, bias: 'all', ...maps },
  modules_to_save: { name: 'lora', r: 3, modules_to_save: ['output.dense'], ...maps },
  dora: { name: 'dora', r: 3, ...maps },
  adalora: { name: 'adalora', init_r: 4, target_r: 2, ...maps },
} as const;

/** Tiny checkpoints of transformers, by the model that opens them. */
const families = {
  bert: 'bert-pooler',
  roberta: 'roberta-regression',
  distilbert: 'distilbert',
  'deberta-v2': 'deberta-v3',
  electra: 'electra-narrow',
  mpnet: 'mpnet',
  modernbert: 'modernbert',
  gpt2: 'gpt2-tied',
  opt: 'opt-tied',
  llama: 'llama-grouped',
  qwen2: 'qwen2',
  mistral: 'mistral',
  gemma2: 'gemma2',
} as const;

interface Case {
  readonly name: string;
  readonly base: string;
  readonly adapter: string;
  readonly rows: readonly { readonly ids: readonly number[]; readonly logits: readonly number[] }[];
}

const lab = (...args: readonly string[]): void => {
  const entry = ['--import', 'tsx/esm', here('../../packages/lab/src/main.ts')];
  execFileSync(process.execPath, [...entry, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
};

const checkpoint = (folder: string, family: string): string => {
  const to = join(folder, family);
  cpSync(here(`../../packages/models/test/fixtures/families/${family}`), to, { recursive: true });
  const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
  const model = { type: 'BPE', unk_token: '<pad>', vocab, merges: [] };
  const parts = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  writeFileSync(join(to, 'tokenizer.json'), JSON.stringify({ version: '1.0', ...parts, model }));
  return to;
};

/** An experiment whose arms are the adapters of a model. */
const studyOf = (folder: string, model: string): object => {
  const rows = texts.map((text, i) => JSON.stringify({ text, label: i % 2 === 0 ? 'x' : 'y' })).join('\n');
  const file = join(folder, 'rows.jsonl');
  writeFileSync(file, rows);
  const dataset = { name: 'file', train: file, validation: file, test: file, classes: ['x', 'y'] };
  const train = { epochs: 3, batchSize: 4, maxTokens: 8, lr: 0.02 };
  const arms = Object.entries(model === 'bert' ? adapters : { lora: { name: 'lora', r: 3 } });
  return {
    name: `peft-exports-${model}`,
    scales: {
      tiny: {
        base: { dataset, model: { name: model }, head: 'fine-tuning', dropout: { name: 'none' }, train },
        arms: arms.map(([name, adapter]) => ({ labels: { adapter: name }, config: { adapter } })),
        seeds: [0],
      },
    },
  };
};

const adapterName = (options: object): string => {
  const same = Object.entries(adapters).find(([, given]) =>
    Object.entries(given).every(([key, value]) => JSON.stringify(Reflect.get(options, key)) === JSON.stringify(value)),
  );
  return same?.[0] ?? 'lora';
};

/** The runs of a model, trained and exported. */
const casesOf = (folder: string, model: string, family: string): readonly Case[] => {
  const base = checkpoint(folder, family);
  const study = join(folder, `${model}.json`);
  const out = join(folder, `out-${model}`);
  writeFileSync(study, JSON.stringify(studyOf(folder, model)));
  lab('run', study, '--scale', 'tiny', '--weights', base, '--out', out, '--workers', '1');
  return readdirSync(join(out, 'runs')).map((run): Case => {
    const adapter = join(folder, `peft-${run}`);
    lab('export', '--run', run, '--format', 'peft', '--to', adapter, '--weights', base, '--out', out);
    const rows = readPredictions(out, run).map(({ id, deterministic }) => {
      const text = texts[Number(/\d+$/.exec(id)?.[0])] ?? '';
      return { ids: [...text].map((letter) => words.indexOf(letter)), logits: deterministic };
    });
    const options = readRecord(out, run)?.config.adapter ?? {};
    return { name: `${model}, ${adapterName(options)}`, base, adapter, rows };
  });
};

const main = (python: string, only: readonly string[]): number => {
  const folder = mkdtempSync(join(tmpdir(), 'peft-exports-'));
  try {
    const cases = Object.entries(families)
      .filter(([model]) => only.length === 0 || only.includes(model))
      .flatMap(([model, family]) => casesOf(folder, model, family));
    const file = join(folder, 'cases.json');
    writeFileSync(file, JSON.stringify(cases));
    const printed = execFileSync(python, [here('peft-exports.py'), file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const found = JSON.parse(printed) as readonly {
      readonly name: string;
      readonly bare: number;
      readonly peft: number;
    }[];
    for (const { name, bare, peft } of found)
      console.log(`${name.padEnd(28)} peft ${peft.toExponential(1)}   without the adapter ${bare.toExponential(1)}`);
    const bad = found.filter(({ bare, peft }) => !(peft < tolerance) || !(bare > tolerance));
    console.log(`${found.length} exports; ${bad.length} differ by more than ${tolerance}`);
    return bad.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const hasPeft = (python: string): boolean => {
  try {
    execFileSync(python, ['-c', 'import torch, transformers, peft'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const { values } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, models: { type: 'string', multiple: true, default: [] } },
});
if (hasPeft(values.python)) process.exitCode = main(values.python, values.models);
else
  console.log(`peft-exports: skipped; ${values.python} has no torch, transformers and peft (--python names another)`);
