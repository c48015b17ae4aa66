import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noNoise } from '@lab/adapter';
import { fingerprintOf, models } from '@lab/models';
import { floats, openBest, readSafetensors, tf, type HostArray } from '@lab/engine';
import { key } from '@lab/random';
import { readRecord, runFolder, type Prediction, type RunConfig } from '@lab/records';
import {
  blueprintOf,
  initialState,
  openPreparer,
  openWorkshop,
  passWith,
  planRun,
  runOne,
  surroundingsOf,
} from '@lab/runner';
import { afterAll, describe, expect, it } from 'vitest';
import { exportRun } from '../src/commands/export.ts';
import { writeMerged } from '../src/export/merged.ts';
import { writeLora, writePeft } from '../src/export/peft.ts';
import { scratch } from './cli.ts';

// A head that is trained whole goes from the config into the record, the run's files and the class
// of transformers, and the exported checkpoint computes what the run stored.

const { out, remove } = scratch();
afterAll(remove);
const TOKENS = 8;

/** Letters are tokens: three special ids, then twenty letters, as many as the tiny models know. */
const words = ['<pad>', '<s>', '</s>', ...'etaoinshrdlcumwfgyp'];
const bpe = { type: 'BPE', unk_token: '<pad>', vocab: Object.fromEntries(words.map((w, id) => [w, id])), merges: [] };
const parts = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };

const folderOf = (fixture: string): string => {
  const weights = join(out, fixture);
  mkdirSync(weights);
  const source = new URL(`../../models/test/fixtures/families/${fixture}`, import.meta.url);
  cpSync(fileURLToPath(source), weights, { recursive: true });
  writeFileSync(join(weights, 'tokenizer.json'), JSON.stringify({ version: '1.0', ...parts, model: bpe }));
  return weights;
};

/** A finished run with a trained head, and its folder of weights. */
const finish = async (family: string, fixture: string, target_modules: unknown) => {
  const weights = folderOf(fixture);
  const planned = planRun(
    {
      seed: 1,
      dataset: { name: 'imdb', train: 16, validation: 4, maxTest: 6 },
      model: { name: family, weights: fingerprintOf(weights) },
      adapter: { name: 'lora', r: 2, alpha: 4, target_modules },
      dropout: { name: 'none' },
      head: 'fine-tuning',
      train: { epochs: 3, batchSize: 8, maxTokens: TOKENS, lr: 2e-2 },
      members: 0,
    },
    'test',
  );
  const { engine } = await openBest('onnx', { threads: 1 });
  const workshop = openWorkshop(engine);
  const preparer = openPreparer({ sources: { cacheDir: out }, weights });
  const surroundings = surroundingsOf(engine.description, 1);
  const { signal } = new AbortController();
  await runOne(planned, { out, preparer, workshop, surroundings, onProgress: () => undefined, signal });
  await workshop.close();
  return { ...planned, weights, prepared: await preparer.prepare(planned.config) };
};

const upload = ({ shape, data, dtype }: HostArray): tf.Tensor => tf.tensor(data, [...shape], dtype);

/** Logits of an exported checkpoint for the run's test texts; its head read from the file. */
const logitsOf = async (folder: string, { model: named }: RunConfig, rows: readonly Int32Array[], linear: string) => {
  const { weights: _old, ...model } = named;
  const built = await models.build(models.parse(model), { weights: folder });
  const config = planRun(
    { seed: 1, dataset: { name: 'imdb' }, model, adapter: { name: 'none' }, dropout: { name: 'none' } },
    'test',
  ).config;
  const blueprint = blueprintOf(config, built, {
    task: { kind: 'classification', classes: ['a', 'b'] },
    biEncoder: false,
  });
  const { tensors } = readSafetensors(readFileSync(join(folder, 'model.safetensors')));
  const weight = upload(tensors[`${linear}.weight`]!);
  const bias = tensors[`${linear}.bias`];
  const params = { 'classifier.weight': weight, 'classifier.bias': bias ? upload(bias) : tf.zeros([2]) };
  const stored = Object.entries(await built.weights()).map(([name, array]) => [name, upload(array)] as const);
  return rows.map((ids) => {
    const batch = { ids: tf.tensor2d(ids, [1, ids.length], 'int32'), valid: tf.ones([1, ids.length]), extra: {} };
    const frozen = Object.fromEntries(stored);
    return Array.from(
      passWith(
        blueprint,
        { frozen, batch: { ...batch, valid: tf.ones([1, ids.length]) } },
        params,
        noNoise,
      ).outputs.dataSync(),
    );
  });
};

describe.each([
  {
    family: 'roberta',
    fixture: 'xlm-roberta',
    name: 'xlm-roberta',
    targets: 'all-linear',
    linear: 'classifier.out_proj',
    // Two maps of width 12 and 2 outputs, and the biases.
    head: 12 * 12 + 12 + 2 * 12 + 2,
    saved: [
      'classifier.dense.bias',
      'classifier.dense.weight',
      'classifier.out_proj.bias',
      'classifier.out_proj.weight',
    ],
  },
  {
    family: 'gpt2',
    fixture: 'gpt2-tied',
    name: 'gpt2',
    targets: ['c_attn.q', 'c_attn.v'],
    linear: 'score',
    head: 2 * 12,
    saved: ['score.weight'],
  },
])('a run of $name with its own head', ({ name, fixture, targets, linear, head, saved }) => {
  it('counts, stores and exports the whole of it', async () => {
    const { id, config, weights, prepared } = await finish(name, fixture, targets);
    const { counts, status } = readRecord(out, id)!.result;
    expect([status, counts.trainable - counts.adapter]).toEqual(['done', head]);

    const to = join(out, 'merged', name);
    await exportRun({ out, run: id, format: 'merged', to, weights, batch: 1 });
    const written = JSON.parse(readFileSync(join(to, 'config.json'), 'utf8')) as Record<string, unknown>;
    expect(written['id2label']).toEqual({ 0: 'LABEL_0', 1: 'LABEL_1' });
    const rows = prepared.rows.test.map(({ encoded }) => encoded[0]!.ids);
    const expected = readFileSync(join(runFolder(out, id), 'predictions.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Prediction).deterministic);
    const found = await logitsOf(to, config, rows, linear);
    const worst = Math.max(...found.flatMap((row, i) => row.map((x, c) => Math.abs(x - (expected[i]?.[c] ?? NaN)))));
    expect(worst).toBeLessThan(2e-5);

    const format = Array.isArray(targets) ? 'lora' : 'peft';
    const peft = join(out, 'peft', name);
    await exportRun({ out, run: id, format, to: peft, weights, batch: 1 });
    const { tensors } = readSafetensors(readFileSync(join(peft, 'adapter_model.safetensors')));
    if (format === 'lora') {
      expect(Object.keys(tensors).filter((key) => /c_attn\.[qkv]/.test(key))).toEqual([]);
      await expect(exportRun({ out, run: id, format: 'peft', to: peft, weights, batch: 1 })).rejects.toThrow(
        'is a part of a fused map, which PEFT cannot target; export it as LoRA on the whole map (--format lora: ' +
          'the same update) or merged',
      );
    }
    const inHead = Object.keys(tensors).filter((key) => !key.includes('lora_'));
    expect(inHead.sort()).toEqual(saved.map((tensor) => `base_model.model.${tensor}`));
  }, 120_000);
});

/** A span head and an adapter at their start, as a finished run has them. */
const spanRun = async (name: string, fixture: string, adapter: object) => {
  const parts = { dataset: { name: 'squad' }, model: { name }, dropout: { name: 'none' } };
  const { config } = planRun({ seed: 1, ...parts, adapter: { target_modules: 'all-linear', ...adapter } }, 'test');
  const source = fileURLToPath(new URL(`../../models/test/fixtures/families/${fixture}`, import.meta.url));
  const model = await models.build(config.model, { weights: source });
  const blueprint = blueprintOf(config, model, { task: { kind: 'extractive-qa' }, biEncoder: false });
  const { theta } = await initialState(blueprint, key(1));
  const params = Object.fromEntries(
    blueprint.layout.slots.map(({ name: slot, shape, offset, size }) => [
      slot,
      floats(Float32Array.from(theta.data.subarray(offset, offset + size)), shape),
    ]),
  );
  return { config, trained: { blueprint, params, joined: [] } };
};

const described = (folder: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;

it.each([
  ['bert', 'bert-pooler', true],
  ['modernbert', 'modernbert', false],
] as const)(
  'a span head of %s lies in its question-answering class, where it has qa_outputs',
  async (name, fixture, has) => {
    const { config, trained } = await spanRun(name, fixture, { name: 'lora', r: 2 });
    const [peft, merged] = [join(out, 'span-peft', name), join(out, 'span-merged', name)];
    [peft, merged].forEach((folder) => mkdirSync(folder, { recursive: true }));
    const loaded = await writePeft(trained, config, peft);
    await writeMerged(trained, config, { to: merged });
    const names = Object.keys(readSafetensors(readFileSync(join(merged, 'model.safetensors'))).tensors);
    expect(names.filter((tensor) => tensor.startsWith('qa_outputs')).sort()).toEqual(
      has ? ['qa_outputs.bias', 'qa_outputs.weight'] : [],
    );
    if (has) {
      expect(loaded).toBe('AutoModelForQuestionAnswering');
      const { task_type, modules_to_save } = described(peft);
      expect([task_type, modules_to_save]).toEqual(['QUESTION_ANS', ['qa_outputs']]);
    } else
      expect(loaded).toBe('AutoModel; the head in head.safetensors maps every hidden state to scores of start and end');
  },
);

it('a LoRA of remaining ranks for a bare model says its ranks by the bare names', async () => {
  const { config, trained } = await spanRun('modernbert', 'modernbert', { name: 'sora', r: 2, target_modules: ['Wo'] });
  const to = join(out, 'span-lora');
  mkdirSync(to);
  await writeLora(trained, config, to);
  const { rank_pattern, alpha_pattern, target_modules } = described(to);
  const names = ['layers\\.0\\.attn\\.Wo', 'layers\\.0\\.mlp\\.Wo'];
  expect([rank_pattern, alpha_pattern].map((pattern) => Object.keys(pattern ?? {}).slice(0, 2))).toEqual([
    names,
    names,
  ]);
  expect(target_modules).toContain('layers.0.attn.Wo');
});
