/**
 * K runs that differ only in seed and learning rate, trained in one compiled step over one frozen
 * base, against K steps of their own: plain LoRA, one thread. Says how much the trained parameters
 * differ after some steps, and what a step of one run costs each way, in processor time, which
 * other programs disturb least. Two worker processes do either at once, so the ratio is also
 * theirs.
 *
 *   npx tsx bench/vectorised.ts [rounds, default 9]
 */
import { affine, type Adapter, type ParamSpec } from '@lab/adapter';
import { fold, key, type Key } from '@lab/random';
import {
  adamWScalars,
  layoutOf,
  openEngine,
  readFloats,
  tf,
  type Engine,
  type Handle,
  type HostArray,
} from '@lab/engine';
import { type Blueprint, decayVector, initialArrays, putAll, scalar, stepProgram, vector } from '@lab/runner/internals';
import { median } from '@lab/report/internals';
import { WORKLOADS } from './workloads.ts';

type Arrays = { readonly [name: string]: HostArray };

/** alpha / r of the workloads. */
const SCALE = 2;
const STEPS = 3;
const rateOf = (run: number): number => 1e-3 / (run + 1);

/** K starts of a parameter, one after the other. */
const stacked = (runs: number, { init, shape, ...rest }: ParamSpec): ParamSpec => ({
  ...rest,
  shape: [runs, ...shape],
  init: (own: Key) => {
    const parts = Array.from({ length: runs }, (_, run) => init(fold(own, run)));
    return Float32Array.from(parts.flatMap((part) => [...part]));
  },
});

/**
 * One run's adapter and head where `runs` is 1; else K of them side by side: x of K batches is
 * taken apart only for the branches.
 */
const stackOf = (blueprint: Blueprint, runs: number, first: number): Blueprint => {
  const { adapter, head } = blueprint;
  const params = (all: readonly ParamSpec[]) =>
    runs > 1
      ? all.map((one) => stacked(runs, one))
      : all.map(({ init, ...rest }) => ({ ...rest, init: (own: Key) => init(fold(own, first)) }));
  const plain = { ...blueprint, method: { ...blueprint.method, noise: [] }, clip: 1e9 };
  const both = { adapter: params(adapter.params), head: params(head.params) };
  const layout = layoutOf([...both.adapter, ...both.head]);
  if (runs === 1)
    return { ...plain, adapter: { ...adapter, params: both.adapter }, head: { ...head, params: both.head }, layout };
  const linear: Adapter['linear'] = ({ path, dIn, dOut }, x, base, given) => {
    const apart = tf.reshape(x, [runs, -1, dIn]);
    const low = tf.matMul(apart, given[`${path}.lora_A`]!, false, true);
    const update = tf.mul(tf.matMul(low, given[`${path}.lora_B`]!, false, true), SCALE);
    return tf.add(affine(x, base), tf.reshape(update, [...x.shape.slice(0, -1), dOut]));
  };
  const apply: Blueprint['head']['apply'] = (vectors, given) => {
    const [, features] = vectors.shape;
    const weight = given['classifier.weight']!;
    const logits = tf.matMul(tf.reshape(vectors, [runs, -1, features]), weight, false, true);
    const biased = tf.add(logits, tf.expandDims(given['classifier.bias']!, 1));
    return tf.reshape(biased, [vectors.shape[0], weight.shape[1]!]) as tf.Tensor2D;
  };
  return {
    ...plain,
    adapter: { ...adapter, params: both.adapter, linear },
    head: { params: both.head, apply },
    layout,
  };
};

/**
 * A batch of K times the same rows. Their weights stay, so that the loss is the sum of K mean
 * losses.
 */
const repeated = (runs: number, arrays: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { dtype, shape, data }]): [string, HostArray] => {
      const whole = Array.from({ length: runs }, () => [...data]).flat();
      const many = { shape: [runs * shape[0]!, ...shape.slice(1)] };
      return [
        name,
        dtype === 'int32'
          ? { dtype, ...many, data: Int32Array.from(whole) }
          : ({ dtype, ...many, data: Float32Array.from(whole) } as HostArray),
      ];
    }),
  );

interface Trainer {
  /** One step; returns microseconds of processor time. */
  readonly step: () => Promise<number>;
  /** Trained parameters of each run. */
  readonly params: () => Promise<readonly Float32Array[]>;
  readonly close: () => void;
}

/** A trainer of the runs `first`, `first + 1`, … in one program. */
const trainer = async (
  engine: Engine,
  blueprint: Blueprint,
  arrays: Arrays,
  frozen: { readonly [name: string]: Handle },
  runs: number,
  first: number,
): Promise<Trainer> => {
  const stack = stackOf(blueprint, runs, first);
  const { layout } = stack;
  const program = engine.program(stepProgram(stack));
  const rates = new Float32Array(layout.size);
  for (const { offset, size } of layout.slots)
    for (let run = 0; run < runs; run++)
      rates.fill(rateOf(first + run), offset + (run * size) / runs, offset + ((run + 1) * size) / runs);
  const constants = putAll(engine, {
    decay: vector(decayVector(stack, 0.01)),
    lr: runs > 1 ? vector(rates) : scalar(rateOf(first)),
  });
  const rows = repeated(runs, arrays);
  let state: { readonly [name: string]: Handle } = putAll(engine, await initialArrays(stack, key(5)));
  let done = 0;
  return {
    step: async () => {
      const { correction1, correction2 } = adamWScalars(++done);
      const scalars = { share: scalar(1), correction1: scalar(correction1), correction2: scalar(correction2) };
      const before = process.cpuUsage();
      const { loss, ...next } = await program.run({ ...state, ...constants, ...scalars, ...rows, ...frozen });
      await engine.get(loss!);
      engine.free([...Object.values(state), loss!]);
      state = next;
      const { user, system } = process.cpuUsage(before);
      return user + system;
    },
    params: async () => {
      const theta = await readFloats(engine, state.theta!);
      return Array.from({ length: runs }, (_, run) =>
        Float32Array.from(
          layout.slots.flatMap(({ offset, size }) => [
            ...theta.subarray(offset + (run * size) / runs, offset + ((run + 1) * size) / runs),
          ]),
        ),
      );
    },
    close: () => program.dispose(),
  };
};

/** The largest difference, as a share of the largest value. */
const apart = (one: Float32Array, other: Float32Array): number => {
  const most = one.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return one.reduce((top, value, i) => Math.max(top, Math.abs(value - other[i]!)), 0) / most;
};

const rounds = Number(process.argv[2] ?? 9);
console.log('| workload | runs in a step | ms of a run alone | ms of a run in the step | gain | largest difference |');
console.log('|---|--:|--:|--:|--:|--:|');
for (const name of ['use-lite', 'tiny'] as const) {
  const { blueprint, batch } = await WORKLOADS[name]();
  const engine = await openEngine('onnx', { threads: 1 });
  const weights = Object.entries(await blueprint.model.weights());
  const frozen = putAll(engine, Object.fromEntries(weights.map(([path, array]) => [`weight/${path}`, array])));
  const open = (runs: number, first: number) => trainer(engine, blueprint, batch.arrays, frozen, runs, first);
  for (const runs of [2, 4, 8]) {
    const alone = [await open(1, 0), await open(1, runs - 1)];
    const together = await open(runs, 0);
    for (let step = 0; step < STEPS; step++) for (const each of [...alone, together]) await each.step();
    const [one, last] = await Promise.all(alone.map(async (each) => (await each.params())[0]!));
    const all = await together.params();
    const difference = Math.max(apart(one!, all[0]!), apart(last!, all[runs - 1]!));
    const [single, many]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (let step = 0; step < runs; step++) single.push(await alone[step % 2]!.step());
      many.push((await together.step()) / runs);
    }
    [...alone, together].forEach((each) => each.close());
    const [a, b] = [median(single) / 1000, median(many) / 1000];
    const figures = [a.toFixed(1), b.toFixed(1), (a / b).toFixed(2), difference.toExponential(1)];
    console.log(`| ${[name, runs, ...figures].join(' | ')} |`);
  }
  await engine.close();
}
