import { drawMasks, type PlannedMask } from '@lab/dropout';
import { fold, type Key } from '@lab/random';
import type { HostArray } from '@lab/engine';
import type { Blueprint, MaskPlan } from '../session/blueprint.ts';
import type { Batch } from './batch.ts';
import type { SampleMasks } from './objective.ts';
import { packMasks } from './packed-masks.ts';

/** What masks depend on of a batch. */
export type MaskedBatch = Pick<Batch, 'shape' | 'lengths' | 'seating'>;

/** Drawn masks of one pass by their planned names, and rates that move along training. */
export type DrawnMasks = { readonly [name: string]: HostArray };

/**
 * The masks of a plan. Those on parameters are drawn from `instance`, those on activations from
 * `key`.
 */
const drawn = (
  { drawn: plan }: MaskPlan,
  { lengths, seating, causal }: MaskedBatch & { readonly causal: boolean },
  { key, instance, progress }: { readonly key: Key; readonly instance: Key; readonly progress: number },
): DrawnMasks => {
  const context = { lengths, causal, progress };
  // A mask on parameters belongs to the instance, whatever the batch; one on activations to the
  // batch.
  const onParameters = ({ site }: PlannedMask) => site === 'lora.A' || site === 'lora.B';
  const onActivations = plan.filter((mask) => !onParameters(mask));
  const masks = {
    ...drawMasks(plan.filter(onParameters), instance, context),
    ...drawMasks(onActivations, key, context),
  };
  return seating ? packMasks(plan, masks, seating) : masks;
};

/**
 * Masks of one training sample: of both passes where the method compares two noisy ones. `key` is
 * the step's and sample's.
 */
export const trainingMasks = (
  { method, model, masks }: Blueprint,
  batch: MaskedBatch,
  { key, progress }: { readonly key: Key; readonly progress: number },
): SampleMasks<HostArray> => {
  const plan = masks.training(batch.shape);
  const branch = (name: 'first' | 'second'): DrawnMasks => {
    const own = fold(key, name);
    return drawn(plan, { ...batch, causal: model.causal }, { key: own, instance: own, progress });
  };
  const twice = method.consistency !== undefined && method.consistency.kind !== 'js';
  return { first: branch('first'), second: twice ? branch('second') : {} };
};

/**
 * Which masks of a member: drawn from `key`, its number or name, and the batch that they are for.
 */
export interface MemberPlace {
  readonly key: Key;
  readonly member: number | string;
  readonly index: number | string;
}

/**
 * Masks of an ensemble's member for one evaluation batch, or one pass of writing texts, named by
 * `index`. Draws are nested: a smaller ensemble is the first part of a larger one.
 */
export const memberMasks = (
  { model, masks }: Blueprint,
  batch: MaskedBatch,
  { key, member, index }: MemberPlace,
): DrawnMasks => {
  const instance = fold(key, member);
  const keys = { key: fold(instance, index), instance, progress: 1 };
  return drawn(masks.member(batch.shape), { ...batch, causal: model.causal }, keys);
};
