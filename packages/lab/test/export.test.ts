import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostParams } from '@lab/adapter';
import { experiments } from '@lab/experiments';
import { BadInput, runFolder, type Prediction, type RunConfig } from '@lab/records';
import { openPreparer, openWorkshop, planExperiment, runOne, surroundingsOf, type Prepared } from '@lab/runner';
import { openBest, readSafetensors } from '@lab/engine';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRun, type ExportOptions } from '../src/commands/export.ts';
import { writePeft } from '../src/export/peft.ts';
import { openTrained, trainedFolder } from '../src/export/trained.ts';
import { modelOverride, weightsOverride } from '../src/compose/plan/weights.ts';
import { scratch } from './cli.ts';

const { out, remove } = scratch();
afterAll(remove);
const weights = join(out, 'weights');
const TOKENS = 8;
const METHODS = ['none', 'lora-dropout', 'hiddenkey'];

/** Letters are tokens: three special ids, then twenty letters, as many as the tiny model knows. */
const words = ['<pad>', '<s>', '</s>', ...'etaoinshrdlcumwfgyp'];
const bpe = { type: 'BPE', unk_token: '<pad>', vocab: Object.fromEntries(words.map((w, id) => [w, id])), merges: [] };
const parts = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };

/** Finished runs on a tiny random RoBERTa of transformers, by method. */
let runs: { readonly [method: string]: { readonly id: string; readonly config: RunConfig } } = {};

beforeAll(async () => {
  mkdirSync(weights);
  cpSync(fileURLToPath(new URL('../../models/test/fixtures/families/roberta-regression', import.meta.url)), weights, {
    recursive: true,
  });
  writeFileSync(join(weights, 'tokenizer.json'), JSON.stringify({ version: '1.0', ...parts, model: bpe }));
  const set = [
    'seed=0',
    `train.maxTokens=${TOKENS}`,
    'train.lr=0.02',
    modelOverride('roberta'),
    weightsOverride(weights),
  ];
  const compare = experiments.find(({ name }) => name === 'compare')!;
  const wanted = planExperiment(compare, 'smoke', set).filter(({ labels }) => METHODS.includes(String(labels.method)));
  const { engine } = await openBest('onnx', { threads: 1 });
  const workshop = openWorkshop(engine);
  const preparer = openPreparer({ sources: { cacheDir: out }, weights });
  const surroundings = surroundingsOf(engine.description, 1);
  for (const run of wanted) {
    const signal = new AbortController().signal;
    await runOne(run, { out, preparer, workshop, surroundings, onProgress: () => undefined, signal });
  }
  await workshop.close();
  runs = Object.fromEntries(wanted.map(({ id, config }) => [config.dropout.name, { id, config }]));
}, 120_000);

/** Where a run was exported to. */
const exported = async (
  method: string,
  format: ExportOptions['format'],
  more: Partial<Pick<ExportOptions, 'readout' | 'tokens' | 'batch'>> = {},
): Promise<string> => {
  const to = join(out, 'exports', [method, format, ...Object.values(more)].join('-'));
  await exportRun({ out, run: runs[method]!.id, format, to, weights, batch: 1, ...more });
  return to;
};

const prepare = (method: string): Promise<Prepared> =>
  openPreparer({ sources: { cacheDir: out }, weights }).prepare(runs[method]!.config);

const predictions = (method: string): readonly Prediction[] =>
  readFileSync(join(runFolder(out, runs[method]!.id), 'predictions.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Prediction);

/** Logits of the run's test texts from an exported file, by ONNX Runtime alone. */
const logitsOf = async (file: string, prepared: Prepared): Promise<readonly (readonly number[])[]> => {
  const session = await ort.InferenceSession.create(file);
  expect(session.outputNames).toEqual(['logits']);
  const found: number[][] = [];
  for (const { encoded } of prepared.rows.test) {
    const { ids } = encoded[0]!;
    const [input, mask] = [new Int32Array(TOKENS), new Float32Array(TOKENS)];
    input.set(ids);
    mask.fill(1, 0, ids.length);
    const shape = [1, TOKENS];
    const { logits } = await session.run({
      input_ids: new ort.Tensor('int32', input, shape),
      attention_mask: new ort.Tensor('float32', mask, shape),
      token_type_ids: new ort.Tensor('int32', new Int32Array(TOKENS), shape),
    });
    found.push([...(logits!.data as Float32Array)]);
  }
  await session.release();
  return found;
};

const worst = (found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): number =>
  Math.max(...found.flatMap((row, i) => row.map((x, j) => Math.abs(x - expected[i]![j]!))));

const noEnsemble =
  'dropout "lora-dropout": tested with readout "ensemble-logits", an average over random ' +
  'masks that no single set of weights gives; choose --readout deterministic or mean-field';

describe('lab export --format onnx', () => {
  it('writes a file that ONNX Runtime alone reads, with the logits of the run', async () => {
    const found = await logitsOf(join(await exported('none', 'onnx'), 'model.onnx'), await prepare('none'));
    // float32 sums in another order: other batches, other fusion.
    expect(
      worst(
        found,
        predictions('none').map(({ deterministic }) => deterministic),
      ),
    ).toBeLessThan(2e-5);
  });

  it('reads as the method is tested, refuses an ensemble, and takes the readout that is asked for', async () => {
    await expect(exported('lora-dropout', 'onnx')).rejects.toThrow(new BadInput(noEnsemble));
    const to = await exported('lora-dropout', 'onnx', { readout: 'mean-field' });
    const found = await logitsOf(join(to, 'model.onnx'), await prepare('lora-dropout'));
    const rows = predictions('lora-dropout');
    expect(
      worst(
        found,
        rows.map(({ meanField }) => meanField!),
      ),
    ).toBeLessThan(2e-5);
    expect(
      worst(
        found,
        rows.map(({ deterministic }) => deterministic),
      ),
    ).toBeGreaterThan(1e-4);
  });

  it.each(['onnx', 'merged'] as const)(
    'refuses a mean-field readout where the masks have none (%s)',
    async (format) => {
      await expect(exported('hiddenkey', format, { readout: 'mean-field' })).rejects.toThrow(
        'dropout "hiddenkey": its masks have no expected update, so ' +
          'there is no mean-field readout; allowed: --readout deterministic',
      );
    },
  );
});

describe('lab export --format merged', () => {
  it('writes a checkpoint with the base’s tensors, its linear maps moved and nothing else', async () => {
    const to = await exported('hiddenkey', 'merged');
    const tensors = (folder: string) => {
      const shards = readdirSync(folder).filter((name) => /^model.*safetensors$/.test(name));
      return Object.assign(
        {},
        ...shards.map((name) => readSafetensors(readFileSync(join(folder, name))).tensors),
      ) as HostParams;
    };
    const [before, after] = [tensors(weights), tensors(to)];
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    const moved = Object.keys(before).filter((name) => before[name]!.data.some((x, i) => x !== after[name]!.data[i]));
    const { adapter } = (await prepare('hiddenkey')).blueprint;
    expect(moved.sort()).toEqual(adapter.targets.map(({ path }) => `${path}.weight`).sort());
    expect(readdirSync(to).sort()).toEqual([
      'README.md',
      'config.json',
      'head.safetensors',
      'model.safetensors',
      'tokenizer.json',
    ]);
  });

  it('refuses an ensemble', async () => {
    await expect(exported('lora-dropout', 'merged')).rejects.toThrow(new BadInput(noEnsemble));
  });
});

describe('lab export --format peft', () => {
  it('puts the head of the first token beside an adapter for the bare model, which has no such class', async () => {
    const to = await exported('lora-dropout', 'peft');
    const config = JSON.parse(readFileSync(join(to, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
    expect([config.peft_type, config.lora_dropout, config.modules_to_save, config.task_type]).toEqual([
      'LORA',
      0,
      null,
      'FEATURE_EXTRACTION',
    ]);
    expect(readdirSync(to).sort()).toEqual([
      'README.md',
      'adapter_config.json',
      'adapter_model.safetensors',
      'head.safetensors',
    ]);
    const { tensors } = readSafetensors(readFileSync(join(to, 'adapter_model.safetensors')));
    expect(Object.keys(tensors).filter((key) => !key.startsWith('base_model.model.encoder.layer.'))).toEqual([]);
    const head = readSafetensors(readFileSync(join(to, 'head.safetensors'))).tensors;
    expect(Object.keys(head).sort()).toEqual(['classifier.bias', 'classifier.weight']);
  });

  it('stores a head that transformers has under its names, the frozen dense layer with it', async () => {
    const run = runs['lora-dropout'];
    if (!run) throw new Error('no run');
    const { from } = trainedFolder(out, run.id);
    const config = { ...run.config, model: { ...run.config.model, pooling: 'classifier' } };
    const to = join(out, 'class-head');
    mkdirSync(to);
    const trained = await openTrained(from, config, { out, weights });
    const loaded = await writePeft(trained, config, to);
    expect(loaded).toMatch(/^AutoModelForSequenceClassification with num_labels=\d$/);
    const written = JSON.parse(readFileSync(join(to, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
    expect([written.modules_to_save, written.task_type]).toEqual([['classifier'], 'SEQ_CLS']);
    const { tensors } = readSafetensors(readFileSync(join(to, 'adapter_model.safetensors')));
    // Ours is [d_in, d_out], transformers' [d_out, d_in].
    const { 'classifier.dense.weight': dense } = await trained.blueprint.model.weights();
    const width = trained.blueprint.model.width;
    const stored = tensors['base_model.model.classifier.dense.weight'];
    expect(stored?.shape).toEqual([width, width]);
    expect(stored?.data[1]).toBe(dense?.data[width]);
    expect(stored?.data[width]).toBe(dense?.data[1]);
    expect(Object.keys(tensors).filter((name) => name.includes('classifier.out_proj'))).toHaveLength(2);
  });
});

it('lays a card with the Hub’s metadata and scores with intervals beside what it writes', async () => {
  const card = readFileSync(join(await exported('none', 'onnx'), 'README.md'), 'utf8');
  const rows = predictions('none');
  const hits = rows.filter(({ deterministic, label }) => deterministic.indexOf(Math.max(...deterministic)) === label);
  const share = hits.length / rows.length;
  expect(card).toMatch(/^---\nlibrary_name: onnx\npipeline_tag: text-classification\nlicense: other\n/);
  expect(card).toContain(`            value: ${share}\n`);
  const [, value, low, high] = /^\| accuracy \| ([\d.]+) \| ([\d.]+) to ([\d.]+) \|$/m.exec(card)?.map(Number) ?? [];
  expect(value).toBeCloseTo(share, 4);
  // Of n examples with share s right: s ± 1.96 sqrt(s (1 - s) / n).
  const half = 1.96 * Math.sqrt((share * (1 - share)) / rows.length);
  expect(Math.abs((high ?? NaN) - (low ?? NaN) - 2 * half)).toBeLessThan(0.3 * half);
});

it('says when there is no such run', async () => {
  await expect(exportRun({ out, run: 'none', format: 'onnx', to: out, batch: 1 })).rejects.toThrow(
    `--run: ${join(out, 'runs', 'none')} holds no finished run; lab plan lists the ids`,
  );
});

it('refuses rows that are longer than the model reads, and batches that no file should hold', async () => {
  await expect(exported('none', 'onnx', { tokens: 1_000_000 })).rejects.toThrow(
    /^--tokens: the model \S+ reads at most \d+ tokens; got 1000000$/,
  );
  await expect(exported('none', 'onnx', { batch: 1_000_000_000 })).rejects.toThrow(/^--batch: 1000000000 rows/);
});
