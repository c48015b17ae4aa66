import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprintOf } from '@lab/models';
import { runFolder, type RunResult } from '@lab/records';
import { openBest } from '@lab/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { openPreparer, openWorkshop, planRun, runOne, surroundingsOf } from '../src/index.ts';

const fixtures = fileURLToPath(new URL('../../models/test/fixtures/families/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'lab-families-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * Byte pairs without a single merge: letters are tokens. Three special ids, then twenty letters, as
 * many as the tiny models know.
 */
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
    vocab: Object.fromEntries(['<pad>', '<s>', '</s>', ...'etaoinshrdlcumwfgyp'].map((letter, id) => [letter, id])),
    merges: [],
  },
};

/** A tiny random model of transformers with a tokenizer beside it. */
const folderOf = (name: string): string => {
  const folder = join(scratch, name);
  cpSync(join(fixtures, name), folder, { recursive: true });
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  return folder;
};

const runOf = (name: string, folder: string, seed = 1) =>
  planRun(
    {
      seed,
      dataset: { name: 'imdb', train: 16, validation: 4, maxTest: 6 },
      model: { name, weights: fingerprintOf(folder) },
      adapter: { name: 'lora', r: 2, alpha: 4, target_modules: 'all-linear' },
      dropout: { name: 'lora-dropout', p: 0.2, samples: 2 },
      train: { epochs: 6, batchSize: 8, maxTokens: 8, lr: 2e-2 },
      members: 2,
    },
    'test',
  );

describe('a LoRA run on a tiny checkpoint of', () => {
  it.each([
    ['roberta', 'roberta-regression'],
    ['deberta-v2', 'deberta-v3'],
    ['gpt2', 'gpt2-tied'],
    ['opt', 'opt-tied'],
    ['llama', 'llama-grouped'],
  ] as const)('%s trains, lowers its loss and leaves a record', async (family, name) => {
    const folder = folderOf(name);
    const { engine } = await openBest('onnx', { threads: 1 });
    const workshop = openWorkshop(engine);
    const preparer = openPreparer({ sources: { cacheDir: scratch }, weights: folder });
    const planned = runOf(family, folder);
    const out = join(scratch, 'out');
    const { outcome } = await runOne(planned, {
      out,
      preparer,
      workshop,
      surroundings: surroundingsOf(engine.description, 1),
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    await workshop.close();
    const read = (file: string) => readFileSync(join(runFolder(out, planned.id), file), 'utf8');
    const result = JSON.parse(read('result.json')) as RunResult;
    const losses = read('metrics.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly trainLoss: number }).trainLoss);
    expect([outcome, result.status]).toEqual(['done', 'done']);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    expect(result.evaluations.map(({ readout }) => readout)).toContain('ensemble-logits');
  });
});

describe('weights', () => {
  it('of two folders make two runs, and the wrong folder is refused', async () => {
    const [one, other] = [folderOf('gpt2-tied'), join(scratch, 'other')];
    cpSync(one, other, { recursive: true });
    const bytes = readFileSync(join(other, 'model.safetensors'));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(join(other, 'model.safetensors'), bytes);
    expect(runOf('gpt2', one).id).not.toBe(runOf('gpt2', other).id);
    const preparer = openPreparer({ sources: { cacheDir: scratch }, weights: other });
    await expect(preparer.prepare(runOf('gpt2', one).config)).rejects.toThrow(/are not those of this run/);
  });
});
