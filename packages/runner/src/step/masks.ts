import { drawMasks, ownerOf, type PlannedMask } from '@lab/dropout';
import { fold, type Key } from '@lab/random';
import { hostArray, sizeOf, type HostArray } from '@lab/engine';
import type { Blueprint, MaskPlan } from '../session/blueprint.ts';
import type { Batch } from './batch.ts';
import type { SampleMasks } from './objective.ts';
import { packMasks } from './packed-masks.ts';

/** What masks depend on of a batch. */
export type MaskedBatch = Pick<Batch, 'shape' | 'lengths' | 'seating'>;

/** Drawn masks of one pass by their planned names, and rates that move along training. */
export type DrawnMasks = { readonly [name: string]: HostArray };

type Plan = readonly PlannedMask[];

/** What masks depend on beside their keys. */
type Context = Parameters<typeof drawMasks>[2];

/** The masks of a plan that lie on parameters, and those on activations. */
const split = (plan: Plan): { readonly parameters: Plan; readonly activations: Plan } => ({
  parameters: plan.filter(({ noise }) => ownerOf(noise) === 'parameters'),
  activations: plan.filter(({ noise }) => ownerOf(noise) !== 'parameters'),
});

/**
 * The masks of a plan. One on parameters belongs to the instance, whatever the batch; one on
 * activations to the batch, whose key is `key`.
 */
const drawn = (
  { drawn: plan }: Pick<MaskPlan, 'drawn'>,
  context: Context & Pick<MaskedBatch, 'seating'>,
  { key, instance }: { readonly key: Key; readonly instance: Key },
): DrawnMasks => {
  const { parameters, activations } = split(plan);
  const masks = { ...drawMasks(parameters, instance, context), ...drawMasks(activations, key, context) };
  return context.seating ? packMasks(plan, masks, context.seating) : masks;
};

/** Which masks of a training: of a step and sample, where training stands, and part of a batch. */
export interface SamplePlace {
  readonly key: Key;
  readonly progress: number;
  /** Absent: the batch is read at once. */
  readonly part?: number;
}

/**
 * Masks of one training sample: of both passes where the method compares two noisy ones. `key` is
 * the step's and sample's. Parts of a batch share masks on parameters; those on activations are
 * each part's own.
 */
export const trainingMasks = (
  { method, model, masks }: Blueprint,
  batch: MaskedBatch,
  { key, progress, part }: SamplePlace,
): SampleMasks<HostArray> => {
  const plan = masks.training(batch.shape);
  const branch = (name: 'first' | 'second'): DrawnMasks => {
    const own = fold(key, name);
    const place = { key: part === undefined ? own : fold(own, part), instance: own };
    return drawn(plan, { ...batch, causal: model.causal, progress }, place);
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
  /** For a pass that writes a token; absent: a batch that is read at once. */
  readonly writing?: WritingPlace;
}

/** A pass of writing texts: its number, and the prompt of every row among `count` of them. */
export interface WritingPlace {
  readonly step: number;
  readonly prompts: Int32Array;
  readonly count: number;
}

/** The rows of a mask [count, …] in another order, some of them several times. */
const gathered = ({ dtype, shape: [, ...rest], data }: HostArray, rows: Int32Array): HostArray => {
  const width = sizeOf(rest);
  const numbers = dtype === 'bool' ? new Uint8Array(rows.length * width) : new Float32Array(rows.length * width);
  rows.forEach((row, r) => numbers.set(data.subarray(row * width, (row + 1) * width), r * width));
  return hostArray(dtype, [rows.length, ...rest], numbers);
};

/**
 * Masks of one pass of writing. An instance is fixed while a text is written (LoRA Dropout, Eq. 8):
 * a mask that all tokens of a text share is drawn once for its prompt, and every row that goes on
 * from the prompt has it. Masks of single tokens are drawn in every pass.
 */
const writingMasks = (
  { model, masks }: Blueprint,
  { shape, lengths }: Pick<Batch, 'shape' | 'lengths'>,
  {
    instance,
    index,
    writing,
  }: { readonly instance: Key; readonly index: string | number; readonly writing: WritingPlace },
): DrawnMasks => {
  const { step, prompts, count } = writing;
  const context = { lengths, causal: model.causal, progress: 1 };
  const ofText = ({ noise }: PlannedMask) => ownerOf(noise) === 'text';
  const plan = { drawn: masks.member(shape).drawn.filter((mask) => !ofText(mask)) };
  const shared = masks.member({ ...shape, rows: count }).drawn.filter(ofText);
  const perText = Object.entries(drawMasks(shared, fold(instance, index), context)).map(
    ([name, array]): [string, HostArray] => {
      const separate = shared.some((mask) => mask.name === name && mask.noise.scope === 'example');
      return [name, separate ? gathered(array, prompts) : array];
    },
  );
  return {
    ...drawn(plan, context, { key: fold(instance, `${index}/${step}`), instance }),
    ...Object.fromEntries(perText),
  };
};

/**
 * Masks of an ensemble's member for one evaluation batch, or one pass of writing texts, named by
 * `index`. Draws are nested: a smaller ensemble is the first part of a larger one.
 */
export const memberMasks = (
  blueprint: Blueprint,
  batch: MaskedBatch,
  { key, member, index, writing }: MemberPlace,
): DrawnMasks => {
  const instance = fold(key, member);
  if (writing) return writingMasks(blueprint, batch, { instance, index, writing });
  const { model, masks } = blueprint;
  const context = { ...batch, causal: model.causal, progress: 1 };
  return drawn(masks.member(batch.shape), context, { key: fold(instance, index), instance });
};
