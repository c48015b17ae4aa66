import { openEngine, type Engine } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../src/index.ts';
import { partsOfBatch, partSize } from '../src/train/optimise.ts';
import { planRun } from '../src/index.ts';
import { bert } from './cases.ts';
import { distance, twentySteps, type Case } from './twenty.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('onnx', { threads: 1 });
});
afterAll(() => engine.close());

const trainOf = (train: object) =>
  planRun(
    {
      seed: 1,
      dataset: { name: 'imdb' },
      model: bert.model,
      adapter: { name: 'none' },
      dropout: { name: 'none' },
      train,
    },
    'test',
  ).config.train;

describe('twenty steps in parts', () => {
  // What is shared by all rows of a batch is drawn once: masks on the factors of LoRA Dropout too.
  const cases: readonly (readonly [string, Case])[] = [
    ['without noise', { ...bert, dropout: { name: 'none' } }],
    ['with LoRA Dropout, whose masks lie on parameters', bert],
    ['with a penalty of the adapter', { ...bert, adapter: { name: 'adalora' }, dropout: { name: 'none' } }],
    ['of a decoder', { model: { name: 'gpt2' }, weights: 'gpt2-tied', vocabulary: 23, dropout: { name: 'none' } }],
  ];
  it.each(cases)('are the steps of the whole batch, %s', async (_, one) => {
    const whole = await twentySteps(engine, one);
    for (const accumulate of [2, 3]) {
      const apart = distance(await twentySteps(engine, { ...one, train: { accumulate } }), whole);
      expect(apart.losses).toBeLessThan(2e-6);
      expect(apart.theta).toBeLessThan(1e-5);
    }
    expect(engine.alive()).toBe(0);
  });

  it('draw masks on activations for each part', async () => {
    const noisy: Case = { ...bert, dropout: { name: 'hiddenkey' } };
    const whole = await twentySteps(engine, noisy);
    const parts = await twentySteps(engine, { ...noisy, train: { accumulate: 2 } });
    expect(distance(parts, whole).losses).toBeGreaterThan(1e-4);
    expect(distance(await twentySteps(engine, { ...noisy, train: { accumulate: 2 } }), parts).losses).toBe(0);
  });
});

describe('parts of a batch', () => {
  const row = (tokens: number, targetFrom?: number): Row => ({
    example: { id: '', text: '', label: 0 },
    encoded: [{ ids: new Int32Array(tokens) }],
    ...(targetFrom === undefined ? {} : { targetFrom }),
  });

  it('count by examples, or by reference tokens of texts', () => {
    const rows = [row(3), row(3), row(3), row(9)];
    expect(partsOfBatch(rows, [3, 1, 0], 2)).toEqual([
      { indices: [3, 1], share: 2 / 3 },
      { indices: [0], share: 1 / 3 },
    ]);
    const texts = [row(5, 3), row(9, 3), row(4, 4)];
    expect(partsOfBatch(texts, [0, 1, 2], 1).map(({ share }) => share)).toEqual([2 / 8, 6 / 8, 0]);
    expect(partsOfBatch(texts, [0, 2], 4)).toEqual([{ indices: [0, 2], share: 1 }]);
  });

  it('are as equal as they can be, and no more than examples', () => {
    expect(partSize(trainOf({ batchSize: 32, accumulate: 4 }))).toBe(8);
    expect(partSize(trainOf({ batchSize: 10, accumulate: 4 }))).toBe(3);
    expect(partSize(trainOf({ batchSize: 10 }))).toBe(10);
    expect(() => partSize(trainOf({ batchSize: 4, accumulate: 5 }))).toThrow(
      'train.accumulate is 5; at most train.batchSize, which is 4',
    );
  });
});
