import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Questions on contexts of letters, small enough for tiny checkpoints.

/** What the package of models computes with transformers. */
export const fixtures = fileURLToPath(new URL('../../models/test/fixtures/', import.meta.url));

/** Letters are words, no article among them: the answer is the letter that the question names. */
const LETTERS = [...'ekvoinshrdlcumwfgyp'];
const vocab = Object.fromEntries(['[PAD]', '[CLS]', '[SEP]', '[UNK]', ...LETTERS].map((word, id) => [word, id]));
const special = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
const sequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
const tokenizer = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  decoder: null,
  post_processor: {
    type: 'TemplateProcessing',
    single: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)],
    pair: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0), sequence('B', 1), special('[SEP]', 1)],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [1], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [2], tokens: ['[SEP]'] },
    },
  },
  model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 9, vocab },
};

/** A tiny checkpoint with a tokenizer of letters, in a folder. */
export const weightsIn = (scratch: string, fixture: string): string => {
  const folder = join(scratch, fixture);
  cpSync(join(fixtures, 'families', fixture), folder, { recursive: true });
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  return folder;
};

/** Questions `x` on contexts of letters; every fourth has no answer where `lacking`. */
const squadFile = (count: number, from: number, lacking: boolean): string => {
  const paragraphs = Array.from({ length: count }, (_, n) => {
    const i = n + from;
    // The last letter is in no context.
    const letters = Array.from({ length: 5 + (i % 4) }, (_, t) => LETTERS[(i * 7 + t * 3) % 18] ?? 'e');
    const asked = lacking && i % 4 === 0 ? 'p' : (letters[i % letters.length] ?? 'e');
    const context = letters.join(' ');
    const found = context.indexOf(asked);
    const answers = found < 0 ? [] : [{ text: asked, answer_start: found }];
    return { context, qas: [{ id: `q${i}`, question: asked, answers, is_impossible: found < 0 }] };
  });
  return JSON.stringify({ version: '2.0', data: [{ title: 't', paragraphs }] });
};
/** Files of both versions of SQuAD in a data folder. */
export const writeSquad = (dataDir: string): void => {
  mkdirSync(join(dataDir, 'squad'));
  for (const [version, lacking] of [
    ['v1.1', false],
    ['v2.0', true],
  ] as const) {
    writeFileSync(join(dataDir, 'squad', `train-${version}.json`), squadFile(32, 0, lacking));
    writeFileSync(join(dataDir, 'squad', `dev-${version}.json`), squadFile(12, 40, lacking));
  }
};
