import type * as tf from '@tensorflow/tfjs';
import { itemAt, present } from '@lab/records';
import type { AdamWInputs } from './adamw.ts';
import { as2d } from '../tensors/rank.ts';
import { pack, unpack, type Layout, type Params } from '../tensors/params.ts';

/**
 * The two factors of an update scale * B A by the names of their parameters. A: [r, d_in], B:
 * [d_out, r]; r is the same for all pairs.
 */
export interface LoraPair {
  readonly A: string;
  readonly B: string;
  readonly scale: number;
}

/**
 * What one optimiser step reads: flat vectors [size], of which `grad` is not yet clipped, and
 * scalars.
 */
export interface PairStepInputs extends AdamWInputs {
  readonly layout: Layout;
  /** Largest norm of the gradient. */
  readonly clip: number;
  /** The optimiser's own state by name. */
  readonly slots: Params;
}

export interface StepOutputs {
  readonly theta: tf.Tensor1D;
  readonly m: tf.Tensor1D;
  readonly v: tf.Tensor1D;
  readonly slots: Params;
}

/** An optimiser of LoRA pairs; parameters that belong to no pair (a head) are left to AdamW. */
export interface PairOptimizer {
  /** Own state, zeros at the start. */
  readonly slots: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** One step in the graph; pure. */
  readonly step: (inputs: PairStepInputs) => StepOutputs;
}

export const shapeOf = (layout: Layout, name: string): readonly [number, number] => {
  const slot = layout.slots.find((each) => each.name === name);
  if (!slot) throw new Error(`no parameter named ${name}`);
  return [itemAt(slot.shape, 0), itemAt(slot.shape, 1)];
};

/** The matrix of a name. Throws where there is none. */
export const matrixOf = (values: Params, name: string): tf.Tensor2D => as2d(present(values[name], name));

/** Vectors by name with some names replaced. */
export const replaced = (layout: Layout, flat: tf.Tensor1D, by: Params): tf.Tensor1D =>
  pack(layout, { ...unpack(layout, flat), ...by });
