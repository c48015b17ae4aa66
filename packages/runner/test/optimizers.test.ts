import { openEngine, type Engine } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cancelled, planRun } from '../src/index.ts';
import { fileOf, openWorker, scratch, tiny, type Worker } from './worker.ts';
import { distance, twentySteps, type Case } from './twenty.ts';

const bert: Case = {
  model: { name: 'bert' },
  weights: 'bert-pooler',
  vocabulary: 23,
  adapter: { name: 'lora', r: 2, target_modules: ['query', 'value'] },
};
const OPTIMIZERS = [{ name: 'lora-rite' }, { name: 'lora-pro' }] as const;

describe.each(OPTIMIZERS)('%o', (optimizer) => {
  let worker: Worker;
  let engines: readonly Engine[];
  beforeAll(async () => {
    worker = await openWorker('onnx');
    engines = [await openEngine('js'), await openEngine('onnx', { threads: 1 })];
  });
  afterAll(async () => {
    for (const engine of engines) await engine.close();
    await worker.close();
  });

  it('twenty compiled steps are the eager ones', async () => {
    const [eager, compiled] = [
      await twentySteps(engines[0]!, { ...bert, train: { optimizer } }),
      await twentySteps(engines[1]!, { ...bert, train: { optimizer } }),
    ];
    const found = distance(compiled, eager);
    // Factors are inverted: rounding of 1e-7 times conditions of some hundreds, carried on through
    // twenty steps.
    expect(found.losses).toBeLessThan(1e-3);
    expect(found.theta).toBeLessThan(1e-3);
    const plain = await twentySteps(engines[1]!, bert);
    expect(distance(plain, compiled).theta).toBeGreaterThan(1e-2);
  });

  it('goes on after an interruption as if there had been none', async () => {
    const run = tiny({ name: 'none' }, { train: { epochs: 2, batchSize: 8, maxTokens: 16, optimizer } });
    const [whole, stopped] = [scratch(), scratch()];
    try {
      await worker.run(run, whole.out);
      const stop = new AbortController();
      const onProgress = ({ step }: { readonly step: number }) => step === 3 && stop.abort();
      await expect(worker.run(run, stopped.out, { signal: stop.signal, onProgress })).rejects.toThrow(Cancelled);
      await worker.run(run, stopped.out);
      expect(fileOf(stopped.out, run, 'predictions.jsonl')).toBe(fileOf(whole.out, run, 'predictions.jsonl'));
    } finally {
      whole.remove();
      stopped.remove();
    }
  });
});

describe('an optimiser of pairs', () => {
  it('is absent by default and changes the id where it is named', () => {
    const plain = tiny({ name: 'none' });
    expect('optimizer' in plain.config.train).toBe(false);
    expect(
      planRun({ ...plain.config, train: { ...plain.config.train, optimizer: { name: 'lora-pro' } } }, 'test').id,
    ).not.toBe(plain.id);
  });

  it('is refused for adapters without such pairs, and by a wrong name', async () => {
    const worker = await openWorker('onnx');
    const folder = scratch();
    try {
      const run = tiny({ name: 'none' }, { adapter: { name: 'bitfit' }, train: { optimizer: { name: 'lora-rite' } } });
      await expect(worker.run(run, folder.out)).rejects.toThrow(
        'train.optimizer "lora-rite" moves pairs of factors A and B together, and the adapter "bitfit" has none',
      );
      const named = (optimizer: object) => () => planRun({ ...run.config, train: { optimizer } }, 'test');
      expect(named({ name: 'sgd' })).toThrow(
        '"sgd" is unknown; allowed: lora-rite, lora-pro, or none at all for AdamW',
      );
      expect(named({ name: 'lora-pro', y: 1 })).toThrow(/unknown key "y".*; allowed keys: name, x/);
    } finally {
      folder.remove();
      await worker.close();
    }
  });
});
