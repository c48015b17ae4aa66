import type { Perturb } from '@lab/adapter';
import { fold } from '@lab/random';
import { readFloats, tf, unpack } from '@lab/engine';
import { passWith, type PassInputs, type Row } from '@lab/runner';
import { materialOf, pick, type Context } from '../check.ts';
import { batchOf, range } from './batch.ts';
import type { Material } from './material.ts';

/**
 * Sentences as the last adapted linear map sees them. With mean pooling the pooled vector is
 * `pooled` + ΔW u, u the mean over tokens of that map's input, so LoRA there is a LoRA on vectors.
 */
export interface Features {
  readonly path: string;
  readonly dIn: number;
  readonly dOut: number;
  /** [n, dIn] and [n, dOut], row-major. */
  readonly u: Float64Array;
  readonly pooled: Float64Array;
  readonly labels: Int32Array;
}

const chunk = 24;

/** Features of the pretrained model, every adapter at its start (lora_B = 0). */
const featuresOf = async ({ session, start }: Material, rows: readonly Row[], count: number): Promise<Features> => {
  const { blueprint, engine, frozen } = session;
  const spec = blueprint.adapter.targets.at(-1);
  if (!spec) throw new Error('this adapter has no linear map');
  const n = Math.min(count, rows.length);
  const u = new Float64Array(n * spec.dIn);
  const pooled = new Float64Array(n * spec.dOut);
  const program = engine.program(({ theta, batch, ...inputs }: PassInputs) => {
    const seen: tf.Tensor[] = [];
    const watch: Perturb = (site, place, value) => {
      if (site === 'lora.input' && place.path === spec.path) seen.push(value);
      return value;
    };
    const passed = passWith(blueprint, { ...inputs, batch }, unpack(blueprint.layout, theta), watch);
    const [x] = seen;
    if (!x) throw new Error(`the pass never reached ${spec.path}`);
    const valid = tf.expandDims(batch.valid, 2);
    const mean = tf.div(tf.sum(tf.mul(x, valid), 1), tf.sum(valid, 1));
    return { u: mean, pooled: passed.pooled };
  });
  const theta = session.theta(start);
  for (let from = 0; from < n; from += chunk) {
    const indices = range(Math.min(chunk, n - from)).map((i) => from + i);
    const batch = batchOf(session, rows, indices).arrays;
    const outputs = await program.run({ theta, frozen, batch });
    u.set(await readFloats(engine, outputs.u), from * spec.dIn);
    pooled.set(await readFloats(engine, outputs.pooled), from * spec.dOut);
    engine.free(outputs);
  }
  engine.free([theta]);
  program.dispose();
  const labels = Int32Array.from(rows.slice(0, n), ({ example }) => example.label);
  return { path: spec.path, dIn: spec.dIn, dOut: spec.dOut, u, pooled, labels };
};

/** Training and test features, and the stream of random factors. */
export const lastLayer = async (context: Context) => {
  const material = materialOf(context);
  const { train, test } = pick(context, { smoke: { train: 12, test: 8 }, quick: { train: 120, test: 200 } });
  return {
    train: await featuresOf(material, material.train, train),
    test: await featuresOf(material, material.test, test),
    key: fold(context.key, 'factors'),
  };
};
