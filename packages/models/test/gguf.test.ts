import { mkdtempSync, readFileSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors, tf } from '@lab/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../src/checkpoint/open.ts';
import { fingerprintOf, isLanguageModel, isSavable, models } from '../src/index.ts';
import { readGgufHeader } from '../src/gguf/header.ts';
import { openGguf } from '../src/gguf/open.ts';
import { batchOf, plainForward, uploadAll } from './plain-forward.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/gguf/${name}`, import.meta.url));
const tensorsOf = (name: string) => readSafetensors(readFileSync(fixture(name))).tensors;

const folderWith = (bytes: Uint8Array, name = 'model.gguf'): string => {
  const folder = mkdtempSync(join(tmpdir(), 'gguf-'));
  writeFileSync(join(folder, name), bytes);
  return folder;
};

const openLlama = async (folder = folderWith(readFileSync(fixture('llama.gguf')))) => {
  const model = await models.build(models.parse({ name: 'llama', lm: true }), { weights: folder });
  if (!isLanguageModel(model) || !isSavable(model)) throw new Error('no language model head');
  return model;
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('number types', () => {
  it.each(Object.keys(tensorsOf('types.safetensors')))(
    '%s is dequantised as gguf of PyPI does, to the last bit',
    (name) => {
      const bytes = readFileSync(fixture('types.gguf'));
      const tensor = readGgufHeader(fixture('types.gguf')).tensors.get(name)!;
      const expected = tensorsOf('types.safetensors')[name]!;
      expect(tensor.type.name).toBe(name);
      expect(tensor.shape).toEqual(expected.shape);
      expect(tensor.type.decode(bytes.subarray(tensor.from, tensor.to))).toEqual(expected.data);
    },
  );
});

describe('a LLaMA', () => {
  it('has the weights and logits that transformers reads from the same file', async () => {
    const expected = tensorsOf('llama.safetensors');
    const { checkpoint } = openGguf(fixture('llama.gguf'));
    for (const part of ['q', 'k']) {
      const name = `model.layers.1.self_attn.${part}_proj.weight`;
      expect(await checkpoint.read(name)).toEqual(expected[name]!.data);
    }
    const model = await openLlama();
    const weights = await uploadAll(model);
    const ids = Int32Array.from(expected['ids']!.data);
    const logits = tf.tidy(() => {
      const forward = plainForward(weights);
      return model.logits(forward, model.encode(forward, batchOf([ids]))).dataSync<'float32'>();
    });
    tf.dispose(Object.values(weights));
    const worst = logits.reduce((most, x, i) => Math.max(most, Math.abs(x - expected['logits']!.data[i]!)), 0);
    expect(logits).toHaveLength(expected['logits']!.data.length);
    expect(worst).toBeLessThan(1e-4);
  });

  it('has the tokenizer of the file', async () => {
    const model = await openLlama();
    const rows: readonly { text: string; ids: number[]; back: string }[] = JSON.parse(
      readFileSync(fixture('llama.json'), 'utf8'),
    );
    for (const { text, ids, back } of rows) {
      expect([...model.encodeBare(text)], text).toEqual(ids);
      expect([...model.tokenize(text).ids], text).toEqual(ids.slice(0, model.maxTokens));
      expect(model.decode(ids)).toBe(back);
    }
    expect([model.end, model.ends]).toEqual([2, [2]]);
  });

  it('is written as a folder of safetensors that reads the same', async () => {
    const model = await openLlama();
    const target = mkdtempSync(join(tmpdir(), 'gguf-saved-'));
    const weights = await model.weights();
    await model.save(target, weights);
    const again = await openLlama(target);
    expect(await again.weights()).toEqual(weights);
    expect([...again.encodeBare('the cat 12')]).toEqual([...model.encodeBare('the cat 12')]);
  });

  it('is named by its fingerprint', () => {
    const bytes = readFileSync(fixture('llama.gguf'));
    const changed = Uint8Array.from(bytes);
    changed[changed.length - 5]! ^= 1;
    expect(fingerprintOf(folderWith(bytes))).toBe(fingerprintOf(folderWith(bytes)));
    expect(fingerprintOf(folderWith(bytes))).not.toBe(fingerprintOf(folderWith(changed)));
  });

  it('gives way to a tokenizer.json beside it', async () => {
    const folder = folderWith(readFileSync(fixture('llama.gguf')));
    const other = fileURLToPath(new URL('./fixtures/tokenizers/byte-level', import.meta.url));
    cpSync(join(other, 'tokenizer.json'), join(folder, 'tokenizer.json'));
    const [bare, own] = [await openLlama(), await openLlama(folder)];
    // Letters alone: the tiny table has a row for each of them.
    expect([...own.encodeBare('q z')]).not.toEqual([...bare.encodeBare('q z')]);
  });
});

describe('what cannot be read', () => {
  const whole = Uint8Array.from(readFileSync(fixture('llama.gguf')));
  /** The file with some bytes written over. */
  const spoilt = (write: (view: DataView, bytes: Buffer) => void): Uint8Array => {
    const copy = Uint8Array.from(whole);
    write(new DataView(copy.buffer), Buffer.from(copy.buffer));
    return copy;
  };
  const replaced = (text: string, by: string) =>
    spoilt((_, bytes) => {
      bytes.write(by, bytes.indexOf(text));
    });
  const cases: readonly (readonly [what: string, bytes: Uint8Array, message: RegExp])[] = [
    ['nothing', new Uint8Array(0), /model\.gguf: is not a GGUF file/],
    ['another file', spoilt((view) => view.setUint32(0, 7)), /is not a GGUF file/],
    ['version 1', spoilt((view) => view.setUint32(4, 1, true)), /GGUF version 1; allowed: 2, 3/],
    ['a huge count', spoilt((view) => view.setBigUint64(8, 2n ** 50n, true)), /cut off, or the count at byte/],
    ['a number above 2^53', spoilt((view) => view.setBigUint64(8, 2n ** 60n, true)), /too large/],
    ['a file cut in its metadata', whole.subarray(0, 3000), /cut off/],
    ['a file cut in its numbers', whole.subarray(0, whole.length - 64), /cut off: tensor/],
    ['another architecture', replaced('llama', 'lamma'), /architecture is "lamma"; allowed: llama/],
    [
      'another pre-tokenizer',
      replaced('smollm', 'smolly'),
      /pre-tokenizer is "smolly"; allowed: default, gpt-2, smollm/,
    ],
    ['a renamed key', replaced('block_count', 'clock_count'), /block_count/],
    [
      'a renamed tensor',
      replaced('blk.1.ffn_up', 'blk.1.ffn_op'),
      /tensor model\.layers\.1\.mlp\.up_proj\.weight is missing/,
    ],
    [
      'an unknown number type',
      spoilt((view, bytes) => view.setUint32(bytes.indexOf('blk.1.ffn_up.weight') + 19 + 4 + 16, 14, true)),
      /blk\.1\.ffn_up\.weight has number type 14; allowed: F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, BF16/,
    ],
    [
      'overlapping tensors',
      spoilt((view, bytes) => view.setBigUint64(bytes.indexOf('blk.1.ffn_up.weight') + 19 + 4 + 16 + 4, 0n, true)),
      /overlaps another/,
    ],
  ];
  it.each(cases)('%s ends in one sentence', async (_, bytes, message) => {
    await expect(openLlama(folderWith(bytes))).rejects.toThrow(message);
  });

  it('several files in one folder', async () => {
    const folder = folderWith(whole);
    writeFileSync(join(folder, 'other.gguf'), whole);
    await expect(openLlama(folder)).rejects.toThrow('holds several GGUF files (model.gguf, other.gguf)');
  });

  it('is not looked for where there are safetensors', async () => {
    await expect(openCheckpoint(folderWith(whole))).rejects.toThrow('no such file');
  });
});
