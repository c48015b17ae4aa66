import type { Perturb } from '@lab/adapter';
import { fold } from '@lab/random';
import { tf } from '@lab/engine';
import { materialOf, pick, type Context } from '../check.ts';
import { batchOf, range } from './batch.ts';
import type { Material, Sentences } from './material.ts';
import { pass, under, withProgram } from './program.ts';
import { LONGEST } from './readings.ts';

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
export const featuresOf = async (material: Material, sentences: Sentences, count: number): Promise<Features> => {
  const spec = material.adapter.targets.at(-1)!;
  const n = Math.min(count, sentences.labels.length);
  const u = new Float64Array(n * spec.dIn);
  const pooled = new Float64Array(n * spec.dOut);
  await withProgram(
    material,
    (inputs) => {
      const seen: { x?: tf.Tensor } = {};
      const watch: Perturb = (site, place, value) => {
        if (site === 'lora.input' && place.path === spec.path) seen.x = value;
        return value;
      };
      const { pooled: vectors } = pass(material, inputs, under(inputs, 'param'), watch);
      const valid = tf.expandDims(inputs.valid!, 2);
      const mean = tf.div(tf.sum(tf.mul(seen.x!, valid), 1), tf.sum(valid, 1));
      return { u: mean, pooled: vectors };
    },
    async (call) => {
      for (let from = 0; from < n; from += chunk) {
        const indices = range(Math.min(chunk, n - from)).map((i) => from + i);
        const found = await call(batchOf(sentences, indices, LONGEST).arrays, material.start);
        u.set(found.u!.data, from * spec.dIn);
        pooled.set(found.pooled!.data, from * spec.dOut);
      }
    },
  );
  return { path: spec.path, dIn: spec.dIn, dOut: spec.dOut, u, pooled, labels: sentences.labels.slice(0, n) };
};

/** Training and test features, and the stream of random factors. */
export const lastLayer = async (context: Context) => {
  const material = materialOf(context);
  const [train, test] = pick(context, { smoke: [12, 8], quick: [120, 200] }) as [number, number];
  return {
    train: await featuresOf(material, material.train, train),
    test: await featuresOf(material, material.test, test),
    key: fold(context.key, 'factors'),
  };
};
