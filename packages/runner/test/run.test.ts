import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord, runFolder } from '@lab/records';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Cancelled } from '../src/index.ts';
import { fileOf, openWorker, scratch, tiny, type Worker } from './worker.ts';

let worker: Worker;
let folder: ReturnType<typeof scratch>;
beforeAll(async () => {
  worker = await openWorker('onnx');
});
afterAll(() => worker.close());
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

const methods = [
  { name: 'none' },
  { name: 'lora-input', p: 0.2 },
  { name: 'lora-dropout', p: 0.3, samples: 2 },
  { name: 'lora-dropout', p: 0.3, samples: 1, scope: 'example' },
  { name: 'hiddenkey', p: 0.1 },
  { name: 'hiddenkey-minus', p: 0.1 },
];

describe('one run', () => {
  it('leaves a whole record, and is not computed twice', async () => {
    const run = tiny({ name: 'lora-dropout', p: 0.3, samples: 2 });
    expect(await worker.run(run, folder.out)).toBe('done');
    const record = readRecord(folder.out, run.id)!;
    expect(record.config).toEqual(run.config);
    expect(record.result.headline).toEqual({ readout: 'ensemble-logits', members: 3 });
    const onTest = record.result.evaluations.filter(({ split }) => split === 'test');
    expect(onTest.map(({ readout, members }) => `${readout} ${members}`)).toEqual([
      'deterministic 1',
      'mean-field 1',
      'ensemble-logits 1',
      'ensemble-logits 2',
      'ensemble-logits 3',
      'ensemble-probabilities 1',
      'ensemble-probabilities 2',
      'ensemble-probabilities 3',
    ]);
    const lines = fileOf(folder.out, run, 'predictions.jsonl').trim().split('\n');
    expect(lines).toHaveLength(10);
    expect((JSON.parse(lines[0]!) as { members: number[][] }).members).toHaveLength(3);
    expect(existsSync(join(runFolder(folder.out, run.id), 'checkpoint'))).toBe(false);
    expect(existsSync(join(runFolder(folder.out, run.id), 'adapter', 'adapter_model.safetensors'))).toBe(true);
    expect(await worker.run(run, folder.out)).toBe('already-done');
  });

  it.each(methods)('gives the same bytes twice, and after an interruption: %o', async (dropout) => {
    const run = tiny(dropout);
    await worker.run(run, folder.out);
    const again = scratch();
    const stopped = scratch();
    try {
      await worker.run(run, again.out);
      expect(fileOf(again.out, run, 'predictions.jsonl')).toBe(fileOf(folder.out, run, 'predictions.jsonl'));

      // Stopped in the middle of the second epoch: step 3 of 4.
      const stop = new AbortController();
      const onProgress = ({ step }: { readonly step: number }) => step === 3 && stop.abort();
      await expect(worker.run(run, stopped.out, { signal: stop.signal, onProgress })).rejects.toThrow(Cancelled);
      expect(await worker.run(run, stopped.out)).toBe('done');
      expect(fileOf(stopped.out, run, 'predictions.jsonl')).toBe(fileOf(folder.out, run, 'predictions.jsonl'));
      const curve = (out: string) => fileOf(out, run, 'metrics.jsonl');
      expect(curve(stopped.out)).toBe(curve(folder.out));
    } finally {
      again.remove();
      stopped.remove();
    }
  });

  it.each([
    { name: 'lora-input', p: 0 },
    { name: 'lora-dropout', p: 0, samples: 1 },
    { name: 'lora-dropout', p: 0, samples: 4 },
    { name: 'hiddenkey', p: 0 },
    { name: 'hiddenkey-minus', p: 0 },
  ])('at p = 0 is plain LoRA to the last bit: %o', async (dropout) => {
    const [plain, zero] = [tiny({ name: 'none' }), tiny(dropout)];
    await worker.run(plain, folder.out);
    await worker.run(zero, folder.out);
    expect(fileOf(folder.out, zero, 'predictions.jsonl')).toBe(fileOf(folder.out, plain, 'predictions.jsonl'));
  });

  it('differs from plain LoRA at p > 0: the masks are live', async () => {
    const [plain, dropped] = [tiny({ name: 'none' }), tiny({ name: 'lora-dropout', p: 0.3, samples: 1 })];
    await worker.run(plain, folder.out);
    await worker.run(dropped, folder.out);
    const deterministicOf = (text: string) =>
      (JSON.parse(text.split('\n')[0]!) as { deterministic: number[] }).deterministic;
    expect(deterministicOf(fileOf(folder.out, dropped, 'predictions.jsonl'))).not.toEqual(
      deterministicOf(fileOf(folder.out, plain, 'predictions.jsonl')),
    );
  });

  it('keeps the number of values on the engine constant over runs and steps', async () => {
    const run = (seed: number) => tiny({ name: 'hiddenkey', p: 0.1 }, { seed });
    await worker.run(run(1), folder.out);
    const before = worker.alive();
    const seen = new Set<number>();
    await worker.run(run(2), folder.out, {
      onProgress: ({ phase }) => {
        if (phase === 'train') seen.add(worker.alive());
      },
    });
    expect(worker.alive()).toBe(before);
    expect(seen.size).toBe(1);
  });

  it('learns: the training loss falls', async () => {
    const run = tiny({ name: 'none' }, { train: { epochs: 8, batchSize: 8, maxTokens: 16, lr: 2e-3 } });
    await worker.run(run, folder.out);
    const losses = fileOf(folder.out, run, 'metrics.jsonl')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { trainLoss: number }).trainLoss);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
  });

  it('records a diverged run as a result of its own', async () => {
    const run = tiny({ name: 'none' }, { train: { epochs: 2, batchSize: 8, maxTokens: 16, lr: 1e38 } });
    expect(await worker.run(run, folder.out)).toBe('diverged');
    const { status, reason } = readRecord(folder.out, run.id)!.result;
    expect(status).toBe('diverged');
    expect(reason).toMatch(/loss was/);
  });

  it('tests the best epoch on validation when asked to', async () => {
    const run = tiny({ name: 'none' }, { select: 'best-validation' });
    await worker.run(run, folder.out);
    const { selectedEpoch } = readRecord(folder.out, run.id)!.result;
    const scores = fileOf(folder.out, run, 'metrics.jsonl')
      .trim()
      .split('\n')
      .map(
        (line) =>
          (JSON.parse(line) as { evaluations: { metrics: { accuracy: number } }[] }).evaluations[0]!.metrics.accuracy,
      );
    expect(selectedEpoch).toBe(scores.indexOf(Math.max(...scores)) + 1);
  });

  it('is tested on other data sets too when asked to', async () => {
    const dataset = { name: 'imdb', train: 16, validation: 6, maxTest: 10, elsewhere: ['yelp'] };
    const run = tiny({ name: 'none' }, { dataset });
    await worker.run(run, folder.out);
    const found = readRecord(folder.out, run.id)!.result.evaluations.find(({ split }) => split === 'elsewhere:yelp')!;
    expect(found.examples).toBeGreaterThan(0);
    expect(found.metrics.accuracy).not.toBeNull();
  });

  it('meets the same batches from the same start whatever the method', async () => {
    const losses: number[] = [];
    for (const dropout of [{ name: 'none' }, { name: 'hiddenkey-minus', p: 1e-9 }]) {
      const stop = new AbortController();
      const onProgress = ({ loss }: { readonly loss: number | null }) => {
        losses.push(loss!);
        stop.abort();
      };
      await expect(worker.run(tiny(dropout), folder.out, { signal: stop.signal, onProgress })).rejects.toThrow(
        Cancelled,
      );
    }
    expect(losses[1]).toBeCloseTo(losses[0]!, 5);
  });
});
