import { forwardWith, noNoise, type Perturb, type TokenBatch } from '@lab/adapter';
import { meanFieldScale, perturbWith } from '@lab/dropout';
import { tf, unpack, type Params } from '@lab/engine';
import type { Blueprint } from '../session/blueprint.ts';
import type { HeadInputs } from '../session/heads/head.ts';
import { shapeOfBatch, type BatchShape } from '../session/shape.ts';
import type { BatchTensors } from './batch.ts';
import { rowLosses } from './token-loss.ts';

/**
 * What a pass reads: trained parameters as one vector, the model's frozen weights by name, and a
 * batch.
 */
export interface PassInputs {
  readonly theta: tf.Tensor1D;
  readonly frozen: Params;
  readonly batch: BatchTensors;
}

/**
 * How a prediction is made: deterministic, with the expected update, or with one member's masks.
 */
export type Pass = 'deterministic' | 'mean-field' | 'member';

/**
 * What a pass gives: pooled vectors [R, width], outputs [B, C], and what the adapter recorded for
 * its penalty.
 */
export interface Passed {
  readonly pooled: tf.Tensor2D;
  readonly outputs: tf.Tensor2D;
  readonly recorded: Params;
}

/**
 * Masks of the training noise as a perturbation. `masks`: by the names of the plan for this batch.
 */
export const trainingNoise = ({ masks }: Blueprint, batch: BatchTensors, drawn: Params): Perturb =>
  perturbWith(masks.training(shapeOfBatch(batch)).applied, drawn);

/** The perturbation of a prediction; `drawn` holds a member's masks for a batch of `shape`. */
export const perturbOf = (
  { method, model, masks }: Blueprint,
  pass: Pass,
  { shape, drawn }: { readonly shape: BatchShape; readonly drawn: Params },
): Perturb => {
  if (pass === 'deterministic') return noNoise;
  if (pass === 'mean-field') return meanFieldScale(method.noise, model.layers) ?? noNoise;
  return perturbWith(masks.member(shape).applied, drawn);
};

/**
 * The model with its adapter and head under a perturbation. For texts pooled and outputs are the
 * next-token logits [B * T, V].
 */
export const passWith = (
  { model, adapter, head, recompute }: Blueprint,
  { frozen, batch }: { readonly frozen: Params; readonly batch: HeadInputs['batch'] },
  params: Params,
  perturb: Perturb,
): Passed => {
  // A head that is trained whole has layers which the model finds among its weights.
  const own = Object.fromEntries(head.params.flatMap(({ name }) => (params[name] ? [[name, params[name]]] : [])));
  const forward = forwardWith(model, adapter, { ...frozen, ...own }, params, perturb, recompute);
  const hidden = model.encode(forward, batch);
  const read = head.read({ model, forward, hidden, batch, params });
  return { ...read, recorded: forward.recorded(batch.valid) };
};

/** What a prediction reads: a pass's inputs, and the masks of a member. */
export type PredictInputs = PassInputs & { readonly masks: Params };

/**
 * Outputs [B, C] of one way of reading. For texts: each row's summed loss [B, 1]; a member gives
 * its next-token logits [B * T, V], to be averaged with the others'.
 */
export const predictProgram =
  (blueprint: Blueprint, pass: Pass) =>
  ({ theta, frozen, batch, masks }: PredictInputs): { readonly outputs: tf.Tensor2D } => {
    const perturb = perturbOf(blueprint, pass, { shape: shapeOfBatch(batch), drawn: masks });
    const { outputs } = passWith(blueprint, { frozen, batch }, unpack(blueprint.layout, theta), perturb);
    if (!blueprint.texts || pass === 'member') return { outputs };
    const losses = rowLosses(outputs, batch);
    return { outputs: tf.reshape(losses, [losses.size, 1]) };
  };

/** What a readout reads: trained parameters and frozen weights by name, and token ids. */
export interface ReadoutInputs {
  readonly params: Params;
  readonly frozen: Params;
  readonly batch: TokenBatch;
}

/**
 * Logits [B, C] of one way of reading, or next-token logits [R, T, V]: a trained model as a
 * function of token ids alone.
 */
export const readoutProgram =
  (blueprint: Blueprint, pass: Exclude<Pass, 'member'>) =>
  ({ params, frozen, batch }: ReadoutInputs): { readonly logits: tf.Tensor } => {
    const perturb = perturbOf(blueprint, pass, { shape: shapeOfBatch(batch), drawn: {} });
    const { outputs } = passWith(blueprint, { frozen, batch }, params, perturb);
    return { logits: blueprint.texts ? tf.reshape(outputs, [...batch.ids.shape, -1]) : outputs };
  };
