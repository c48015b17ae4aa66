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

describe('experts that were trained apart', () => {
  const experts = ['imdb', 'yelp'].map((name) =>
    run({ adapter: lora, dataset: { name, train: 16, validation: 6, maxTest: 10 } }),
  );
  const mole = { name: 'mole', r: 4, experts: 2, gate_share: 1 };
  const mixture = (adapter: ConfigPatch, more: ConfigPatch = {}) =>
    run({ adapter, from: { runs: experts.map(({ id }) => ({ run: id })), head: 'frozen', stream: 'mix' }, ...more });

  it('stay as they are in a mixture, with the head, while its gates learn', async () => {
    for (const expert of experts) await worker.run(expert, folder.out);
    const mixed = mixture(mole);
    await worker.run(mixed, folder.out);
    const head = 'base_model.model.classifier.weight';
    const start = mixture(mole, { train: { ...train, epochs: 0 } });
    await worker.run(start, folder.out);
    const names = Object.keys(tensors(mixed));
    const moved = names.filter((name) => String(tensors(mixed)[name]!.data) !== String(tensors(start)[name]!.data));
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.every((name) => name.includes('gate_'))).toBe(true);
    expect(names).toContain(head);
    const [a, b] = experts.map((expert) => tensors(expert)[factor('A')]!.data);
    const bank = tensors(mixed)[names.find((name) => name.includes('layer.0.attention.query.lora_A'))!]!;
    expect([...bank.data]).toEqual([...a!, ...b!]);

    const outputs: number[] = [];
    for (const masked of [[0], [1]]) {
      const left = run({ adapter: { ...mole, masked }, from: { run: mixed.id }, train: { ...train, epochs: 0 } });
      await worker.run(left, folder.out);
      outputs.push(
        readRecord(folder.out, left.id)!.result.evaluations.find(({ split }) => split === 'test')!.metrics['nll']!,
      );
    }
    expect(outputs[0]).not.toBe(outputs[1]);
  });

  it('of another number or rank are refused in one sentence', async () => {
    for (const expert of experts) await worker.run(expert, folder.out);
    await expect(worker.run(mixture({ ...mole, experts: 3 }), folder.out)).rejects.toThrow(
      /^adapter \(mole\): goes on from 3 runs of lora with its rank 4, .*; it starts from 2: lora, rank 4$/,
    );
    await expect(worker.run(mixture({ ...mole, r: 2 }), folder.out)).rejects.toThrow(/it starts from 2: lora, rank 4$/);
    expect(() => run({ from: { run: experts[0]!.id, combine: { name: 'ties' } } })).toThrow(/combine .* needs "runs"/);
  });

  it('merged by arithmetic with one over their number are their mean', async () => {
    for (const expert of experts) await worker.run(expert, folder.out);
    const runs = experts.map(({ id }) => ({ run: id }));
    const still = { ...train, epochs: 0 };
    const mean = run({ from: { runs, take: 'merged' }, train: still });
    const sum = run({ from: { runs, take: 'merged', combine: { name: 'arithmetic', scale: 0.5 } }, train: still });
    for (const one of [mean, sum]) await worker.run(one, folder.out);
    const of = ({ id }: PlannedRun) =>
      readRecord(folder.out, id)!.result.evaluations.find(({ split }) => split === 'test')!.metrics['nll']!;
    expect(of(sum)).toBeCloseTo(of(mean), 5);
  });
});
