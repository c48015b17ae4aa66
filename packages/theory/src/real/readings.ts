import { noNoise } from '@lab/adapter';
import { meanFieldScale, perturbWith } from '@lab/dropout';
import { fold, type Key } from '@lab/random';
import { materialOf, pick, type Context } from '../check.ts';
import { batchOf, range } from './batch.ts';
import { drawn, noiseOf, planFor } from './masks.ts';
import type { Arrays, Material } from './material.ts';
import { pass, under, withProgram } from './program.ts';

/** Logits of test sentences read every way; each [n C], row-major. */
export interface Readings {
  readonly deterministic: Float64Array;
  readonly meanField: Float64Array;
  readonly members: readonly Float64Array[];
  readonly labels: Int32Array;
  readonly classes: number;
}

export interface Wanted {
  readonly which: 'plain' | 'dropout';
  readonly p: number;
  readonly members: number;
  /** How many test sentences, from the first. */
  readonly sentences: number;
  readonly key: Key;
}

const kept = new WeakMap<Material, Map<string, Promise<Readings>>>();

/**
 * Reads the trained weights quietly, with the expected update, and as an ensemble at rate p. Each
 * request is computed once.
 */
export const readingsOf = (material: Material, wanted: Wanted): Promise<Readings> => {
  const found = kept.get(material) ?? new Map<string, Promise<Readings>>();
  kept.set(material, found);
  const name = JSON.stringify(wanted);
  const readings = found.get(name) ?? read(material, wanted);
  found.set(name, readings);
  return readings;
};

/** Tokens kept of a sentence. */
export const LONGEST = 32;

const read = async (material: Material, { which, p, members, sentences, key }: Wanted): Promise<Readings> => {
  const { model, test, trained, classes } = material;
  const batch = batchOf(test, range(Math.min(sentences, test.labels.length)), LONGEST);
  const noise = noiseOf('lora-dropout', { p });
  const plan = planFor(material, noise, batch);
  const scale = meanFieldScale(noise, model.layers) ?? noNoise;
  const logits = ({ logits: found }: Arrays) => Float64Array.from(found!.data);
  const fixed = await withProgram(
    material,
    (inputs) => {
      const params = under(inputs, 'param');
      return {
        deterministic: pass(material, inputs, params, noNoise).logits,
        meanField: pass(material, inputs, params, scale).logits,
      };
    },
    (call) => call(batch.arrays, trained[which]),
  );
  const drawnMembers = await withProgram(
    material,
    (inputs) => ({
      logits: pass(material, inputs, under(inputs, 'param'), perturbWith(plan, under(inputs, 'mask'))).logits,
    }),
    async (call) => {
      const found: Float64Array[] = [];
      for (let m = 0; m < members; m++)
        found.push(
          logits(await call({ ...batch.arrays, ...drawn(material, plan, batch, fold(key, m)) }, trained[which])),
        );
      return found;
    },
  );
  return {
    deterministic: Float64Array.from(fixed.deterministic!.data),
    meanField: Float64Array.from(fixed.meanField!.data),
    members: drawnMembers,
    labels: batch.arrays.labels!.data as Int32Array,
    classes,
  };
};

/** The readings that several checks look at: the first test sentences under one set of members. */
export const standardReadings = (context: Context, which: Wanted['which'], p: number): Promise<Readings> =>
  readingsOf(materialOf(context), {
    which,
    p,
    members: pick(context, { smoke: 8, quick: 24 }),
    sentences: pick(context, { smoke: 8, quick: 40 }),
    key: fold(fold(context.shared, 'members'), `p=${p}`),
  });
