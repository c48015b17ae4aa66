import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the tiny checkpoints of transformers know: three special tokens and twenty letters. */
export const letters: readonly string[] = ['<pad>', '<s>', '</s>', ...'etaoinshrdlcumwfgypb'];

/** tokenizer.json in which a letter is a token. */
const tokenizer = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: {
    type: 'BPE',
    unk_token: '<pad>',
    vocab: Object.fromEntries(letters.map((letter, id) => [letter, id])),
    merges: [],
  },
};

const families = fileURLToPath(new URL('../../models/test/fixtures/families/', import.meta.url));

/** Puts a tiny checkpoint of a family with its tokenizer into a folder, which is made. */
export const tinyCheckpoint = (family: string, folder: string): string => {
  cpSync(join(families, family), folder, { recursive: true });
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  return folder;
};

/** The config of a run that takes a fraction of a second. */
export const tinyRun = {
  dataset: { name: 'imdb', train: 16, validation: 8, maxTest: 16 },
  model: { name: 'use-lite' },
  adapter: { name: 'lora', r: 2 },
  dropout: { name: 'none' },
  train: { epochs: 1, batchSize: 8, maxTokens: 16 },
  members: 0,
};
