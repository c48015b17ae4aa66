/**
 * K runs that differ only in seed and learning rate, trained in one compiled step over one frozen
 * base, against K steps of their own: plain LoRA, one thread. Says how much the trained parameters
 * differ after some steps, and what a step of one run costs each way, in processor time, which
 * other programs disturb least. Two worker processes do either at once, so the ratio is also
 * theirs.
 *
 *   npx tsx bench/step/vectorised.ts [rounds, default 9]
 */
import { affine, type Adapter, type ParamSpec } from '@lab/adapter';
import { fold, key, type Key } from '@lab/random';
import {
  adamWScalars,
  floats,
  ints,
  layoutOf,
  openEngine,
  readFloats,
  scalar,
  tf,
  type Engine,
  type HostArray,
} from '@lab/engine';
import { decayVector, openWorkshop, withMethod, type Batch, type Blueprint } from '@lab/runner';
import { median } from '@lab/report/internals';
import { WORKLOADS, type Workload } from '../shared/workloads.ts';
import { timed } from '../shared/processor.ts';

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
  const quiet = withMethod(blueprint, { ...blueprint.method, noise: [] });
  const plain = { ...quiet, clip: 1e9, signature: `${blueprint.signature} ${runs} runs from ${first}` };
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
  const read: Blueprint['head']['read'] = ({ model, forward, hidden, batch, params: given }) => {
    const vectors = model.pool(forward, hidden, batch);
    const [, features] = vectors.shape;
    const weight = given['classifier.weight']!;
    const logits = tf.matMul(tf.reshape(vectors, [runs, -1, features]), weight, false, true);
    const biased = tf.add(logits, tf.expandDims(given['classifier.bias']!, 1));
    return { pooled: vectors, outputs: tf.reshape(biased, [vectors.shape[0], weight.shape[1]!]) as tf.Tensor2D };
  };
  return {
    ...plain,
    adapter: { ...adapter, params: both.adapter, linear },
    head: { params: both.head, read },
    layout,
  };
};

/**
 * A batch of K times the same rows. Their weights stay, so that the loss is the sum of K mean
 * losses.
 */
const repeated = (runs: number, { ids, valid, labels, weights }: Batch['arrays']): Batch['arrays'] => {
  const many = (shape: readonly number[]) => shape.map((size, axis) => (axis === 0 ? runs * size : size));
  const numbers = (data: ArrayLike<number>) => Array.from({ length: runs }, () => Array.from(data)).flat();
  const int = ({ data, shape }: HostArray) => ints(Int32Array.from(numbers(data)), many(shape));
  const float = ({ data, shape }: HostArray) => floats(Float32Array.from(numbers(data)), many(shape));
  return { ids: int(ids), valid: float(valid), labels: int(labels), weights: float(weights), extra: {} };
};

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
  { blueprint, batch, size }: Workload,
  { runs, first }: { readonly runs: number; readonly first: number },
): Promise<Trainer> => {
  const stack = stackOf(blueprint, runs, first);
  const { layout } = stack;
  const session = await openWorkshop(engine).open(stack, size);
  const rates = new Float32Array(layout.size);
  for (const { offset, size: length } of layout.slots)
    for (let run = 0; run < runs; run++)
      rates.fill(rateOf(first + run), offset + (run * length) / runs, offset + ((run + 1) * length) / runs);
  const decay = engine.put(floats(decayVector(stack, 0.01)));
  const lr = engine.put(runs > 1 ? floats(rates) : scalar(rateOf(first)));
  const sample = { batch: repeated(runs, batch.arrays), masks: { first: {}, second: {} }, share: scalar(1) };
  let state = await session.start(key(5));
  let done = 0;
  return {
    step: async () => {
      const { correction1, correction2 } = adamWScalars(++done);
      const numbers = { lr, correction1: scalar(correction1), correction2: scalar(correction2) };
      const { processor } = await timed(async () => {
        const { state: next, loss } = await session.step({ ...state, ...sample, decay, rates: numbers, controls: {} });
        await readFloats(engine, loss);
        engine.free({ state, loss });
        state = next;
      });
      return processor;
    },
    params: async () => {
      const theta = await readFloats(engine, state.theta);
      return Array.from({ length: runs }, (_, run) =>
        Float32Array.from(
          layout.slots.flatMap(({ offset, size: length }) => [
            ...theta.subarray(offset + (run * length) / runs, offset + ((run + 1) * length) / runs),
          ]),
        ),
      );
    },
    close: () => session.dispose(),
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
  const workload = await WORKLOADS[name]();
  const engine = await openEngine('onnx', { threads: 1 });
  const open = (runs: number, first: number) => trainer(engine, workload, { runs, first });
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
    const [a, b] = [1000 * median(single), 1000 * median(many)];
    const figures = [a.toFixed(1), b.toFixed(1), (a / b).toFixed(2), difference.toExponential(1)];
    console.log(`| ${[name, runs, ...figures].join(' | ')} |`);
  }
  await engine.close();
}
