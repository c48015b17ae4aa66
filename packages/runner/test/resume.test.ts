import { adapters } from '@lab/adapter';
import { methods } from '@lab/dropout';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cancelled, type ConfigPatch, type PlannedRun } from '../src/index.ts';
import { fileOf, openWorker, scratch, tiny, type Worker } from './worker.ts';

let worker: Worker;
beforeAll(async () => {
  worker = await openWorker('onnx');
});
afterAll(() => worker.close());

/** What a method must be told at this size; all others run with their defaults. */
const METHOD_OPTIONS: { readonly [method: string]: ConfigPatch } = {
  clora: { k: 2 },
  custom: { noise: [{ site: 'lora.rank', structure: 'element', compensation: 'inverse', p: 0.2 }] },
};

/** Nora decomposes every map it takes, which is most of its time: two kinds are enough here. */
const ADAPTER_OPTIONS: { readonly [adapter: string]: ConfigPatch } = {
  nora: { target_modules: ['query', 'value'], outer: 16 },
};

const small = (dropout: ConfigPatch, adapter: ConfigPatch): PlannedRun =>
  tiny(dropout, {
    adapter,
    dataset: { name: 'imdb', train: 16, validation: 2, maxTest: 2 },
    train: { epochs: 2, batchSize: 8, maxTokens: 8 },
    members: 1,
  });

const left = ['predictions.jsonl', 'metrics.jsonl', 'adapter/adapter_model.safetensors'];

/**
 * Runs it whole, and again with a stop in the middle of the second epoch (after step 3 of 4, back
 * to the checkpoint of step 2).
 */
const interrupted = async (run: PlannedRun): Promise<void> => {
  const [whole, stopped] = [scratch(), scratch()];
  try {
    await worker.run(run, whole.out);
    const stop = new AbortController();
    const onProgress = ({ step }: { readonly step: number }) => step === 3 && stop.abort();
    await expect(worker.run(run, stopped.out, { signal: stop.signal, onProgress })).rejects.toThrow(Cancelled);
    await worker.run(run, stopped.out);
    for (const file of left) expect(fileOf(stopped.out, run, file), file).toBe(fileOf(whole.out, run, file));
  } finally {
    whole.remove();
    stopped.remove();
  }
};

describe('an interrupted run equals an uninterrupted one to the last bit', () => {
  it.each(methods.names)('with the method %s', async (name) => {
    await interrupted(small({ name, ...METHOD_OPTIONS[name] }, { name: 'lora', r: 4 }));
  });

  it.each(adapters.names)('with the adapter %s', async (name) => {
    await interrupted(small({ name: 'none' }, { name, ...ADAPTER_OPTIONS[name] }));
  });
});
