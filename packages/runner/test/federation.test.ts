import { readSafetensors } from '@lab/engine';
import { readAdapterFiles, readRecord } from '@lab/records';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigPatch, PlannedRun } from '../src/index.ts';
import { openWorker, scratch, tiny, type Worker } from './worker.ts';

// One folder for all: a run that several tests ask for is trained once.
let folder: ReturnType<typeof scratch>;
let worker: Worker;
beforeAll(async () => {
  folder = scratch();
  worker = await openWorker('onnx');
});
afterAll(async () => {
  await worker.close();
  folder.remove();
});

const train = { epochs: 2, batchSize: 8, maxTokens: 16, schedule: 'constant', warmup: 0 };
const run = (more: ConfigPatch): PlannedRun => tiny({ name: 'none' }, { members: 0, train, ...more });
const tensors = ({ id }: PlannedRun) =>
  readSafetensors(readAdapterFiles(folder.out, id)!.get('adapter_model.safetensors')!).tensors;
const lora = { name: 'lora', r: 4 };
const ffa = { name: 'ffa-lora', r: 4 };
const server = (runs: readonly PlannedRun[], more: ConfigPatch = {}): PlannedRun =>
  run({ ...more, from: { runs: runs.map(({ id }) => ({ run: id })) }, train: { ...train, epochs: 0 } });
const factor = (name: 'A' | 'B') => `base_model.model.layer.0.attention.query.lora_${name}.weight`;

describe('a federation of two clients', () => {
  const clients = (adapter: ConfigPatch) =>
    [0, 1].map((client) => run({ adapter, share: { client, clients: 2, skew: 0.5 } }));

  it('has an error of averaging where both factors are trained, and none where one is fixed', async () => {
    for (const [adapter, exact] of [
      [lora, false],
      [ffa, true],
    ] as const) {
      const parts = clients(adapter);
      for (const part of parts) await worker.run(part, folder.out);
      const mean = server(parts, { adapter });
      expect(await worker.run(mean, folder.out)).toBe('done');
      const { averagingError } = readRecord(folder.out, mean.id)!.result;
      // Float32 factors and updates.
      if (exact) expect(averagingError).toBeLessThan(1e-6);
      else expect(averagingError).toBeGreaterThan(1e-4);
      const [a, b] = parts.map((part) => tensors(part)[factor('B')]!);
      expect(a!.data).not.toEqual(b!.data);
      [...tensors(mean)[factor('B')]!.data].slice(0, 8).forEach((x, i) => {
        expect(x).toBeCloseTo((Number(a!.data[i]) + Number(b!.data[i])) / 2, 7);
      });
    }
  });

  it('with a fixed factor sends half of the parameters, and the factor stays as it was', async () => {
    const [first, second] = [run({ adapter: ffa }), run({ adapter: lora })];
    for (const one of [first, second]) await worker.run(one, folder.out);
    const next = run({ adapter: { ...ffa, fixed: 'B' }, from: { run: first.id, stream: '2' } });
    await worker.run(next, folder.out);
    expect(tensors(next)[factor('B')]!.data).toEqual(tensors(first)[factor('B')]!.data);
    expect(tensors(next)[factor('A')]!.data).not.toEqual(tensors(first)[factor('A')]!.data);
    const counts = [first, second, next].map(({ id }) => readRecord(folder.out, id)!.result.counts.adapter);
    expect(counts[0]! + counts[2]!).toBe(counts[1]);
  });

  it('is refused where there are more clients than examples, in one sentence', async () =>
    expect(worker.run(run({ share: { client: 0, clients: 17 } }), folder.out)).rejects.toThrow(
      /^share: 17 clients, and \S+ has 16 training examples to divide$/,
    ));

  it('is refused where a client is not among them', () =>
    expect(() => run({ share: { client: 2, clients: 2 } })).toThrow(/client counts from 0, so it is below clients/));
});
