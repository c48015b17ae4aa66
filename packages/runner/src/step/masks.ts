import { drawMasks, planMasks, type Noise } from '@lab/dropout';
import { fold, type Key } from '@lab/random';
import type { HostArray } from '@lab/engine';
import type { Batch } from './batches.ts';
import { usesOf, type Blueprint } from '../session/blueprint.ts';
import { testNoise } from './programs.ts';

type Arrays = { readonly [name: string]: HostArray };

/**
 * What the noise of one pass needs as inputs named `<prefix>/…`: its masks, and the rates that
 * move.
 */
const drawn = (
  blueprint: Blueprint,
  noise: readonly Noise[],
  batch: Pick<Batch, 'lengths' | 'tokens'>,
  { key, instance, progress, prefix }: { key: Key; instance: Key; progress: number; prefix: string },
): Arrays => {
  const { model } = blueprint;
  const plan = planMasks(noise, usesOf(blueprint, batch.lengths.length, batch.tokens), model.layers);
  const context = { lengths: batch.lengths, causal: model.causal, progress };
  // A mask on parameters belongs to the instance, whatever the batch; one on activations to the
  // batch.
  const onParameters = ({ site }: { readonly site: string }) => site === 'lora.A' || site === 'lora.B';
  const onActivations = plan.filter((mask) => !onParameters(mask));
  const masks = {
    ...drawMasks(plan.filter(onParameters), instance, context),
    ...drawMasks(onActivations, key, context),
  };
  return Object.fromEntries(Object.entries(masks).map(([name, array]) => [`${prefix}/${name}`, array]));
};

/**
 * Masks of one training sample: of both branches where the method compares two noisy passes. `key`
 * is the step's and sample's.
 */
export const trainingMasks = (blueprint: Blueprint, batch: Batch, key: Key, progress: number): Arrays => {
  const { noise, consistency } = blueprint.method;
  const branch = (prefix: 'first' | 'second') => {
    const k = fold(key, prefix);
    return drawn(blueprint, noise, batch, { key: k, instance: k, progress, prefix });
  };
  const twice = consistency !== undefined && consistency.kind !== 'js';
  return twice ? { ...branch('first'), ...branch('second') } : branch('first');
};

/**
 * Masks of ensemble member `m` for one evaluation batch, or one pass of writing texts, named by
 * `index`. Draws are nested: a smaller ensemble is the first part of a larger one.
 */
export const memberMasks = (
  blueprint: Blueprint,
  noise: readonly Noise[],
  batch: Pick<Batch, 'lengths' | 'tokens'>,
  { key, member, index }: { readonly key: Key; readonly member: number; readonly index: number | string },
): Arrays => {
  const instance = fold(key, member);
  return drawn(blueprint, noise, batch, { key: fold(instance, index), instance, progress: 1, prefix: 'first' });
};

/** Whether evaluation draws any mask: a method at p = 0 does not. */
export const hasMasks = (blueprint: Blueprint): boolean =>
  planMasks(testNoise(blueprint), usesOf(blueprint, 2, 8), blueprint.model.layers).length > 0;
