import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logSoftmaxRow } from '@lab/metrics';
import { models } from '@lab/models';
import { fold, key } from '@lab/random';
import { readRecord, runFolder, type Prediction } from '@lab/records';
import { openBest, openEngine, type Engine } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openPreparer,
  openWorkshop,
  paddedBatch,
  planRun,
  runOne,
  surroundingsOf,
  type Prepared,
  type Session,
} from '../src/index.ts';
import { assessSpans } from '../src/read/spans.ts';
import { readAll } from '../src/read/read.ts';
import { answerSpan, spanRows } from '../src/session/rows/span-rows.ts';
import { train } from '../src/train/train.ts';
import { weightsIn, writeSquad } from './letters.ts';
import { READINGS_OF_TWO, readoutNames } from './readings.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lab-spans-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

writeSquad(scratch);
const weightsOf = (fixture: string): string => weightsIn(scratch, fixture);

const runOf = (dataset: string, model: string, more: object = {}) =>
  planRun(
    {
      seed: 1,
      dataset: { name: dataset, validation: 8 },
      model: { name: model },
      adapter: { name: 'lora', r: 2, alpha: 4, target_modules: 'all-linear' },
      dropout: { name: 'lora-dropout', p: 0.2, samples: 2 },
      train: { epochs: 2, batchSize: 8, maxTokens: 9, lr: 2e-2 },
      qa: { stride: 2, questionTokens: 4 },
      members: 2,
      ...more,
    },
    'test',
  );

it('the span of an answer is where it lies in a window, and token 0 elsewhere', () => {
  const offsets = [null, null, [0, 3], [4, 9], [9, 10], null] as const;
  expect(answerSpan(offsets, [0, 3])).toEqual([2, 2]);
  expect(answerSpan(offsets, [5, 10])).toEqual([3, 4]);
  expect(answerSpan(offsets, [4, 12])).toEqual([0, 0]);
  expect(answerSpan(offsets, undefined)).toEqual([0, 0]);
});

it('windows overlap by the stride, and only one that holds the answer whole is trained on it', async () => {
  const model = await models.build(models.parse({ name: 'bert' }), { weights: weightsOf('bert-pooler') });
  const { qa } = runOf('squad', 'bert').config;
  const context = 'e k v o i n s h';
  const example = { id: 'x', text: 'n', pair: context, label: 0, references: ['n'], spans: [[10, 11]] as const };
  const rows = spanRows(model, [example], { maxTokens: 8, qa: qa! });
  // [CLS] n [SEP] and the last [SEP] leave room for four letters, two of them shared.
  expect(
    rows.map(({ window }) => window?.offsets.flatMap((range) => (range ? context.slice(...range) : [])).join('')),
  ).toEqual(['ekvo', 'voin', 'insh']);
  expect(rows.map(({ window }) => window?.span)).toEqual([
    [0, 0],
    [6, 6],
    [4, 4],
  ]);
  expect(rows[0]?.encoded[0]?.types).toEqual(Int32Array.of(0, 0, 0, 1, 1, 1, 1, 1));
});

describe('runs on questions', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine('onnx', { threads: 1 });
  });
  afterAll(() => engine.close());

  const prepare = async (dataset: string, family: string, fixture: string, more: object = {}): Promise<Prepared> => {
    const weights = weightsOf(fixture);
    const preparer = openPreparer({ sources: { cacheDir: scratch, dataDir: scratch }, weights });
    return preparer.prepare(runOf(dataset, family, more).config);
  };

  it.each([
    ['bert', 'bert-pooler'],
    ['deberta-v2', 'deberta-v3'],
    ['modernbert', 'modernbert'],
    ['roberta', 'roberta-regression'],
  ])('of %s train alike packed and padded', async (family, fixture) => {
    const prepared = await prepare('squad', family, fixture);
    const one = async (padded: boolean) => {
      const workshop = openWorkshop({ ...engine, close: async () => undefined });
      const opened = await workshop.open(prepared.blueprint, { batchSize: 8, maxTokens: 9 });
      const setting = { size: 8, maxTokens: 9, task: prepared.blueprint.task };
      const session: Session = padded
        ? { ...opened, batch: (rows, indices) => paddedBatch(rows, indices, setting) }
        : opened;
      const losses: number[] = [];
      const { theta } = await train({
        prepared,
        session,
        readingKey: fold(key(3), 'test-mask'),
        from: null,
        save: () => undefined,
        onProgress: ({ phase, loss }) => phase === 'train' && losses.push(loss ?? NaN),
        signal: new AbortController().signal,
        headline: { readout: 'deterministic', members: 1 },
      });
      const reading = { session, key: key(7), pause: async () => undefined };
      const { deterministic, members } = await readAll(reading, theta, { rows: prepared.rows.test, members: 1 });
      engine.free([theta]);
      await workshop.close();
      // The bias of a side moves all of its scores alike: its gradient is rounding, which AdamW
      // makes a full step of, and nothing depends on it.
      const normed = (row: readonly number[]) => [
        ...logSoftmaxRow(row.slice(0, row.length / 2)),
        ...logSoftmaxRow(row.slice(row.length / 2)),
      ];
      return { losses, outputs: [...deterministic, ...members.flat()].flatMap(normed) };
    };
    const [packed, padded] = [await one(false), await one(true)];
    expect(packed.losses.length).toBeGreaterThan(5);
    packed.losses.forEach((loss, i) => expect(Math.abs(loss - (padded.losses[i] ?? NaN))).toBeLessThan(1e-5));
    packed.outputs.forEach((x, i) => expect(Math.abs(x - (padded.outputs[i] ?? NaN))).toBeLessThan(1e-4));
    expect(engine.alive()).toBe(0);
  });

  it('leave a record with answers of every readout, and thresholds come from validation', async () => {
    const weights = weightsOf('bert-pooler');
    const opened = await openBest('onnx', { threads: 1 });
    const workshop = openWorkshop(opened.engine);
    const preparer = openPreparer({ sources: { cacheDir: scratch, dataDir: scratch }, weights });
    const planned = runOf('squad2', 'bert', { train: { epochs: 20, batchSize: 8, maxTokens: 9, lr: 2e-2 } });
    const out = join(scratch, 'out');
    const { signal } = new AbortController();
    const surroundings = surroundingsOf(opened.engine.description, 1);
    await runOne(planned, { out, preparer, workshop, surroundings, onProgress: () => undefined, signal });
    await workshop.close();
    const { result } = readRecord(out, planned.id)!;
    expect([result.status, result.metric]).toEqual(['done', 'f1']);
    const test = result.evaluations.filter(({ split }) => split === 'test');
    expect(readoutNames(test)).toEqual(READINGS_OF_TWO);
    for (const { metrics, examples } of test) {
      expect(examples).toBe(12);
      expect(Object.keys(metrics)).toEqual([
        'f1',
        'exact',
        'nll',
        'f1-answerable',
        'f1-unanswerable',
        'best-f1',
        'best-exact',
      ]);
      expect(metrics['best-f1']).toBeGreaterThanOrEqual(metrics['f1'] ?? 2);
    }
    const validation = result.evaluations.find(({ split }) => split === 'validation');
    expect(validation?.metrics['f1']).toBe(validation?.metrics['best-f1']);
    const rows = readFileSync(join(runFolder(out, planned.id), 'predictions.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    const first = JSON.parse(rows[0] ?? '') as Prediction;
    expect(Object.keys(first.texts ?? {}).sort()).toEqual([
      'deterministic',
      'ensemble-logits',
      'ensemble-probabilities',
      'mean-field',
    ]);
    expect(rows).toHaveLength(12);
  }, 60_000);

  it('a threshold of the config leaves all questions, or none, without an answer', async () => {
    const read = async (noAnswer: number) => {
      const prepared = await prepare('squad2', 'bert', 'bert-pooler', {
        qa: { stride: 2, questionTokens: 4, noAnswer },
      });
      const workshop = openWorkshop({ ...engine, close: async () => undefined });
      const session = await workshop.open(prepared.blueprint, { batchSize: 8, maxTokens: 9 });
      const { theta, ...rest } = await session.start(key(1));
      const reading = { session, key: key(7), pause: async () => undefined };
      const { predictions } = await assessSpans(reading, theta, { name: 'test', rows: prepared.rows.test, members: 0 });
      engine.free({ theta, ...rest });
      await workshop.close();
      return predictions.map(({ texts }) => texts?.deterministic === '');
    };
    expect(new Set(await read(-100))).toEqual(new Set([true]));
    expect(new Set(await read(100))).toEqual(new Set([false]));
  });

  it('refuse a decoder, another head, and a window without room', async () => {
    await expect(prepare('squad', 'gpt2', 'gpt2-tied')).rejects.toThrow(
      'model "gpt2": an extractive-qa task needs an encoder that reads question and context together',
    );
    await expect(prepare('squad', 'bert', 'bert-pooler', { head: 'fine-tuning' })).rejects.toThrow(
      'head is fine-tuning; an extractive-qa task has a span head, so leave it out',
    );
    await expect(prepare('squad', 'bert', 'bert-pooler', { qa: { stride: 8 } })).rejects.toThrow(
      /^train\.maxTokens is 9 and qa\.stride 8: beside a question of 1 tokens a window has room for 5 of the context/,
    );
  });
});
