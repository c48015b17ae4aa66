import { drawMasks, methods, planMasks, type Noise, type PlannedMask } from '@lab/dropout';
import type { Key } from '@lab/random';
import type { Batch } from './batch.ts';
import type { Arrays, Material } from './material.ts';

/** The noise of a method of the catalogue. */
export const noiseOf = (name: string, options: { readonly [option: string]: unknown }): readonly Noise[] =>
  methods.build(methods.parse({ name, ...options })).noise;

/** The masks that a batch of this shape needs. */
export const planFor = (
  { model, adapter }: Material,
  noise: readonly Noise[],
  { rows, tokens }: Pick<Batch, 'rows' | 'tokens'>,
): readonly PlannedMask[] =>
  planMasks(noise, [...model.sites(rows, tokens), ...adapter.sites(rows, tokens)], model.layers);

/** Drawn masks as inputs, `<prefix>/…`. */
export const drawn = (
  { model }: Material,
  plan: readonly PlannedMask[],
  { lengths }: Batch,
  key: Key,
  prefix = 'mask',
): Arrays =>
  Object.fromEntries(
    Object.entries(drawMasks(plan, key, { lengths, causal: model.causal, progress: 0 })).map(([name, array]) => [
      `${prefix}/${name}`,
      array,
    ]),
  );
