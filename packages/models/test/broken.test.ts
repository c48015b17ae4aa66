import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInput } from '@lab/records';
import { afterAll, describe, expect, it } from 'vitest';
import { fingerprintOf, models } from '../src/index.ts';
import { fixtureFolder } from './parity.ts';

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

type Json = { [key: string]: unknown };

/** Letters as tokens: what a tiny tokenizer can be. */
const vocab = Object.fromEntries(['[UNK]', '[PAD]', 'a', 'b', 'c'].map((word, id) => [word, id]));
const tokenizer: Json = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: { type: 'BPE', unk_token: '[UNK]', vocab, merges: [] },
};

/** A tiny BERT whose files a test may spoil. */
const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'broken-'));
  made.push(folder);
  cpSync(fixtureFolder('bert-pooler'), folder, { recursive: true });
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  return folder;
};

const editJson = (file: string, edit: (json: Json) => void): void => {
  const json = JSON.parse(readFileSync(file, 'utf8')) as Json;
  edit(json);
  writeFileSync(file, JSON.stringify(json));
};

/** The header of a safetensors file, edited; the tensors stay where they are. */
const editHeader = (file: string, edit: (header: Json) => void): void => {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Json;
  edit(header);
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([head, json, bytes.subarray(8 + length)]));
};

const open = (weights: string) => models.build(models.parse({ name: 'bert' }), { weights });

/** Opens a model, reads its weights and a sentence, and gives what was refused. */
const refusal = async (folder: string): Promise<string> => {
  try {
    const model = await open(folder);
    model.tokenize('a b', undefined);
    await model.weights();
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    expect(String(error)).not.toContain('\n');
    return (error as BadInput).message;
  }
  throw new Error('nothing was refused');
};

it('a folder that is not spoilt is read', async () => {
  await expect(refusal(folderOf())).rejects.toThrow('nothing was refused');
});

describe('a configuration', () => {
  it.each([
    [{ num_attention_heads: 5 }, /key "num_attention_heads" is 5, which does not divide the \d+ of "hidden_size"/],
    [{ num_hidden_layers: 1e9 }, /key "num_hidden_layers" is 1000000000; allowed: from 1 to 1000/],
    [{ layer_norm_eps: 1e300 }, /key "layer_norm_eps" is 1e\+300; allowed: from 0 to 0\.1/],
    [
      { quantization_config: { quant_method: 'gptq' } },
      /key "quantization_config": weights quantised by gptq are not read; save the model in float32/,
    ],
    [{ vocab_size: 1e12 }, /key "vocab_size" is 1000000000000; allowed/],
    [{ hidden_size: 1e9 }, /key "hidden_size" is 1000000000; allowed/],
    [{ max_position_embeddings: 1e12 }, /key "max_position_embeddings" is 1000000000000; allowed/],
    [{ num_attention_heads: 0 }, /key "num_attention_heads" is 0; allowed: from 1/],
  ])('with %j is refused at once, by its key', async (change, sentence) => {
    const folder = folderOf();
    editJson(join(folder, 'config.json'), (json) => Object.assign(json, change));
    const began = performance.now();
    expect(await refusal(folder)).toMatch(sentence);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('weights', () => {
  const file = (folder: string) => join(folder, 'model.safetensors');

  it('that overlap are refused by both names', async () => {
    const folder = folderOf();
    editHeader(file(folder), (header) => {
      const named = Object.entries(header).filter(([name]) => name !== '__metadata__') as [string, Json][];
      const alike = named.filter(([, { shape }]) => String(shape) === String(named[0]?.[1]['shape']));
      const [one, two] = alike;
      if (one && two) two[1]['data_offsets'] = one[1]['data_offsets'];
    });
    expect(await refusal(folder)).toMatch(/model\.safetensors: tensors \S+ and \S+ overlap at byte \d+/);
  });

  it.each([Number.NaN, Infinity])('that hold %s are refused by the name of their tensor', async (value) => {
    const folder = folderOf();
    const name = 'bert.embeddings.word_embeddings.weight';
    const bytes = readFileSync(file(folder));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as {
      [name: string]: { data_offsets: number[] };
    };
    bytes.writeFloatLE(value, 8 + length + (header[name]?.data_offsets[0] ?? 0) + 20);
    writeFileSync(file(folder), bytes);
    expect(await refusal(folder)).toMatch(`model.safetensors: tensor ${name} holds ${value} at 5`);
  });

  it('in a pipe are not waited for', async () => {
    const folder = folderOf();
    rmSync(file(folder));
    execFileSync('mkfifo', [file(folder)]);
    expect(await refusal(folder)).toMatch(/cannot read .*model\.safetensors: it is no regular file/);
  });

  it('that are cut off are refused', async () => {
    const folder = folderOf();
    truncateSync(file(folder), statSync(file(folder)).size - 4);
    expect(await refusal(folder)).toMatch(/is cut off: tensor/);
  });
});

describe('a tokenizer', () => {
  it.each<[string, (json: Json) => void, RegExp]>([
    [
      'of an unknown model',
      (json) => (json['model'] = { type: 'Magic', vocab }),
      /tokenizer\.json: key "model\.type": .*"WordPiece"/,
    ],
    ['without a model', (json) => delete json['model'], /tokenizer\.json: key "model"/],
    [
      'without a vocabulary',
      (json) => (json['model'] = { type: 'BPE', merges: [] }),
      /tokenizer\.json: key "model\.vocab"/,
    ],
    [
      'with an expression that is none',
      (json) =>
        (json['pre_tokenizer'] = { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated', invert: false }),
      /tokenizer\.json: is not a tokenizer that is read: .*expression/i,
    ],
    ['with an unknown step', (json) => (json['normalizer'] = { type: 'Magic' }), /tokenizer\.json: is not a tokenizer/],
    [
      'with ids beyond the table',
      (json) => (json['model'] = { type: 'BPE', unk_token: '[UNK]', vocab: { ...vocab, b: 1_000_000 }, merges: [] }),
      /tokenizer\.json: gives the token id 1000000; the model has \d+ rows of embeddings \("vocab_size"\)/,
    ],
  ])('%s is refused in one sentence', async (_what, edit, sentence) => {
    const folder = folderOf();
    editJson(join(folder, 'tokenizer.json'), edit);
    expect(await refusal(folder)).toMatch(sentence);
  });
});

describe('the fingerprint of a folder', () => {
  /** Changes one byte in the middle of the weights. */
  const change = (folder: string): void => {
    const file = join(folder, 'model.safetensors');
    const bytes = readFileSync(file);
    const at = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(file, bytes);
  };

  it('sees one byte anywhere in a large file', () => {
    const folder = folderOf();
    const large = join(folder, 'model-00002.safetensors');
    writeFileSync(large, Buffer.alloc(2 ** 23));
    const before = fingerprintOf(folder);
    const bytes = Buffer.alloc(2 ** 23);
    bytes.writeUInt8(1, 2 ** 22);
    writeFileSync(large, bytes);
    expect(fingerprintOf(folder)).not.toBe(before);
  });

  it('is of the content, whatever the folder is called, and hashes again only what has changed', () => {
    const [one, two] = [folderOf(), folderOf()];
    const first = fingerprintOf(one);
    expect(fingerprintOf(two)).toBe(first);
    const file = join(one, 'model.safetensors');
    const { atime, mtime } = statSync(file);
    change(one);
    // The same size, time and inode: what was hashed stands, and nothing is read again.
    utimesSync(file, atime, mtime);
    const later = new Date(mtime.getTime() + 5000);
    utimesSync(file, later, later);
    expect(fingerprintOf(one)).not.toBe(first);
  });

  it('of a folder without weights is refused', () => {
    const folder = folderOf();
    for (const name of ['model', 'expected']) rmSync(join(folder, `${name}.safetensors`));
    expect(() => fingerprintOf(folder)).toThrow(/holds no \*\.safetensors/);
    expect(() => fingerprintOf(join(folder, 'nowhere'))).toThrow(BadInput);
  });
});
