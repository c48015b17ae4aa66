import { readSafetensors } from '@lab/engine';
import { readAdapterFiles, readPredictions, readRecord } from '@lab/records';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigPatch, PlannedRun } from '../src/index.ts';
import { openWorker, scratch, tiny, type Worker } from './worker.ts';

// One folder for all: a run that several tests ask for is trained once.
let folder: ReturnType<typeof scratch>;
let worker: Worker;

const train = { epochs: 2, batchSize: 8, maxTokens: 16, schedule: 'constant', warmup: 0 };
const still = { ...train, epochs: 0 };
const run = (more: ConfigPatch): PlannedRun => tiny({ name: 'none' }, { members: 0, train, ...more });
const tensors = ({ id }: PlannedRun) =>
  readSafetensors(readAdapterFiles(folder.out, id)!.get('adapter_model.safetensors')!).tensors;
const lora = { name: 'lora', r: 4 };
const factor = (name: 'A' | 'B') => `base_model.model.layer.0.attention.query.lora_${name}.weight`;
const nllOf = ({ id }: PlannedRun) =>
  readRecord(folder.out, id)!.result.evaluations.find(({ split }) => split === 'test')!.metrics['nll']!;

const experts = ['imdb', 'yelp'].map((name) =>
  run({ adapter: lora, dataset: { name, train: 16, validation: 6, maxTest: 10 } }),
);
const runs = experts.map(({ id }) => ({ run: id }));
const mole = { name: 'mole', r: 4, experts: 2, gate_share: 1 };

beforeAll(async () => {
  folder = scratch();
  worker = await openWorker('onnx');
  for (const expert of experts) await worker.run(expert, folder.out);
});
afterAll(async () => {
  await worker.close();
  folder.remove();
});

describe('experts that were trained apart', () => {
  const mixture = (adapter: ConfigPatch, more: ConfigPatch = {}) =>
    run({ adapter, from: { runs, head: 'frozen', stream: 'mix' }, ...more });

  it('stay as they are in a mixture, with the head, while its gates learn', async () => {
    const mixed = mixture(mole);
    await worker.run(mixed, folder.out);
    const head = 'base_model.model.classifier.weight';
    const start = mixture(mole, { train: still });
    await worker.run(start, folder.out);
    const names = Object.keys(tensors(mixed));
    const moved = names.filter((name) => String(tensors(mixed)[name]!.data) !== String(tensors(start)[name]!.data));
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.every((name) => name.includes('gate_'))).toBe(true);
    expect(names).toContain(head);
    const [a, b] = experts.map((expert) => tensors(expert)[factor('A')]!.data);
    const bank = tensors(mixed)[names.find((name) => name.includes('layer.0.attention.query.lora_A'))!]!;
    expect([...bank.data]).toEqual([...a!, ...b!]);

    const without = [[0], [1]].map((masked) =>
      run({ adapter: { ...mole, masked }, from: { run: mixed.id }, train: still }),
    );
    for (const left of without) await worker.run(left, folder.out);
    expect(nllOf(without[0]!)).not.toBe(nllOf(without[1]!));
  });

  it('of another number or rank are refused in one sentence', async () => {
    await expect(worker.run(mixture({ ...mole, experts: 3 }), folder.out)).rejects.toThrow(
      /^adapter \(mole\): goes on from 3 runs of lora with its rank 4, .*; it starts from 2: lora, rank 4$/,
    );
    await expect(worker.run(mixture({ ...mole, r: 2 }), folder.out)).rejects.toThrow(/it starts from 2: lora, rank 4$/);
    expect(() => run({ from: { run: experts[0]!.id, combine: { name: 'ties' } } })).toThrow(/combine .* needs "runs"/);
  });

  it('merged by arithmetic with one over their number are their mean', async () => {
    const mean = run({ from: { runs, take: 'merged' }, train: still });
    const sum = run({ from: { runs, take: 'merged', combine: { name: 'arithmetic', scale: 0.5 } }, train: still });
    for (const one of [mean, sum]) await worker.run(one, folder.out);
    expect(nllOf(sum)).toBeCloseTo(nllOf(mean), 5);
  });

  it('missing for gates that are trained alone, are refused in one sentence', async () => {
    const words =
      /^adapter \(mole\): gate_share 1 trains gates alone, .* name them in from.runs with from.take: adapter,/;
    await expect(worker.run(run({ adapter: mole }), folder.out)).rejects.toThrow(words);
    await expect(worker.run(mixture(mole, { from: { runs, take: 'merged' } }), folder.out)).rejects.toThrow(words);
  });
});

/** Outputs on the test split: of the deterministic pass, and of every member. */
const outputsOf = ({ id }: PlannedRun) => readPredictions(folder.out, id);
const soft = (logits: readonly number[]): readonly number[] => {
  const e = logits.map(Math.exp);
  return e.map((x) => x / e.reduce((a, b) => a + b, 0));
};

describe('an ensemble of runs', () => {
  const dataset = { name: 'amazon', train: 16, validation: 6, maxTest: 10 };
  const alone = experts.map(({ id }) => run({ adapter: lora, dataset, from: { run: id }, train: still }));
  const ensemble = run({ adapter: lora, dataset, from: { runs, take: 'ensemble' }, train: still });

  it('averages the probabilities of its members, each with its own adapter and head', async () => {
    for (const one of [...alone, ensemble]) await worker.run(one, folder.out);
    const { result } = readRecord(folder.out, ensemble.id)!;
    expect(result.headline).toEqual({ readout: 'ensemble-probabilities', members: 2 });
    const [a, b] = alone.map(outputsOf);
    const rows = outputsOf(ensemble);
    expect(rows.map(({ members }) => members)).toEqual(
      rows.map((_, i) => [a![i]!.deterministic, b![i]!.deterministic]),
    );
    const nll = rows.map(({ label }, i) => {
      const [p, q] = [a, b].map((one) => soft(one![i]!.deterministic)[label]!);
      return -Math.log((p! + q!) / 2);
    });
    const own = result.evaluations.find(
      ({ split, readout, members }) => split === 'test' && readout === 'ensemble-probabilities' && members === 2,
    );
    // Outputs are stored with 7 digits.
    expect(own!.metrics['nll']).toBeCloseTo(nll.reduce((x, y) => x + y, 0) / nll.length, 5);
    expect(result.averagingError).toBeUndefined();
  });

  it('leaves no values behind on the engine', async () => {
    const before = worker.alive();
    await worker.run(run({ adapter: lora, from: { runs, take: 'ensemble' }, train: still }), folder.out);
    expect(worker.alive()).toBe(before);
  });

  it('is not trained, counts all alike, and has the heads of its members', () => {
    const refused = (from: ConfigPatch, more: ConfigPatch = { train: still }) =>
      expect(() => run({ adapter: lora, from: { take: 'ensemble', ...from }, ...more }));
    refused({ runs }, {}).toThrow(/key "train.epochs": an ensemble of finished runs is not trained; allowed: 0$/);
    refused({ runs: [{ run: runs[0]!.run, weight: 2 }, runs[1]!] }).toThrow(/leave their weights out/);
    refused({ runs, head: 'fresh' }).toThrow(/it needs "runs", and "head": "keep"/);
    refused({ run: runs[0]!.run }).toThrow(/it needs "runs"/);
  });

  it('is nothing that a run can start from', async () => {
    await worker.run(ensemble, folder.out);
    await expect(worker.run(run({ adapter: lora, from: { run: ensemble.id } }), folder.out)).rejects.toThrow(
      /^from: run \w+ is an ensemble of runs, which no single adapter stands for; name one of them$/,
    );
  });
});

describe('the heads of experts', () => {
  const mixed = (more: ConfigPatch = {}, from: ConfigPatch = {}) =>
    run({ adapter: mole, from: { runs, head: 'gated', stream: 'heads', ...from }, ...more });

  it('stay as they are, one below the other, and begin as their mean', async () => {
    const [start, trained] = [mixed({ train: still }), mixed()];
    const ofMean = run({ adapter: mole, from: { runs, head: 'frozen', stream: 'heads' }, train: still });
    for (const one of [start, trained, ofMean]) await worker.run(one, folder.out);
    outputsOf(start).forEach(({ deterministic }, i) =>
      deterministic.forEach((x, c) => expect(x).toBeCloseTo(outputsOf(ofMean)[i]!.deterministic[c]!, 4)),
    );
    const name = 'base_model.model.experts.weight';
    const heads = experts.flatMap((expert) => [...tensors(expert)['base_model.model.classifier.weight']!.data]);
    expect([...tensors(trained)[name]!.data]).toEqual(heads);
    const moved = Object.keys(tensors(trained)).filter(
      (one) => String(tensors(trained)[one]!.data) !== String(tensors(start)[one]!.data),
    );
    expect(moved.every((one) => one.includes('gate_'))).toBe(true);
    expect(moved).toContain('base_model.model.head_gate_e');
  });

  it('are masked with their experts: what is left of two is one run', async () => {
    const trained = mixed();
    await worker.run(trained, folder.out);
    const dataset = { name: 'amazon', train: 16, validation: 6, maxTest: 10 };
    for (const [k, expert] of experts.entries()) {
      const adapter = { ...mole, masked: [1 - k] };
      const left = run({ adapter, dataset, from: { run: trained.id, head: 'gated' }, train: still });
      const alone = run({ adapter: lora, dataset, from: { run: expert.id }, train: still });
      for (const one of [left, alone]) await worker.run(one, folder.out);
      outputsOf(left).forEach(({ deterministic }, i) =>
        deterministic.forEach((x, c) => expect(x).toBeCloseTo(outputsOf(alone)[i]!.deterministic[c]!, 4)),
      );
    }
  });

  it('are refused where nothing mixes them, or classes differ', async () => {
    await expect(worker.run(run({ adapter: lora, from: { runs, head: 'gated' } }), folder.out)).rejects.toThrow(
      /^from.head is gated; adapter lora mixes no experts; allowed: mole$/,
    );
    const dataset = { name: 'supersense', onlyClasses: ['verb.motion', 'verb.contact', 'verb.change'], maxTest: 12 };
    await expect(worker.run(mixed({ dataset }), folder.out)).rejects.toThrow(
      /left \[2, 512\] for classifier.weight; this run has \[3, 512\]; from.head: gated mixes linear heads of as many/,
    );
  });
});
