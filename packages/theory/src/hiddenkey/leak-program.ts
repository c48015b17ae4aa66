import type { Perturb, Place } from '@lab/adapter';
import { layoutOf, tf, unpack, valueAndGrad, type Params } from '@lab/engine';
import {
  passWith,
  perturbOf,
  shapeOfBatch,
  taskLoss,
  type Batch,
  type Blueprint,
  type PassInputs,
  type Session,
} from '@lab/runner';

/** An attention block and the shape [B, heads, T, T] of its logits. */
export interface Block {
  readonly place: Place;
  readonly shape: readonly number[];
}

/** The attention block of the last layer. Throws for a model without attention sites. */
export const lastAttention = ({ blueprint: { model } }: Session, { shape: { rows, tokens } }: Batch): Block => {
  const use = model.sites(rows, tokens).findLast(({ site }) => site === 'attention.logits');
  if (!use) throw new Error(`${model.name} has no attention to look at`);
  return { place: use.place, shape: use.shape };
};

/**
 * A pass's inputs, the masks of the noise, and zeros [2 x the block's size] that the loss is
 * differentiated by.
 */
export type LeakInputs = PassInputs & { readonly masks: Params; readonly zeros: tf.Tensor1D };

/**
 * Derivatives of the task loss by the logits and by the noisy weights of one attention block, and
 * the weights without noise; each of the block's shape.
 */
export const leakProgram = (blueprint: Blueprint, { place, shape }: Block) => {
  const parts = layoutOf(['logits', 'weights'].map((name) => ({ name, shape })));
  const split = (flat: tf.Tensor1D) => {
    const { logits, weights } = unpack(parts, flat);
    if (!logits || !weights) throw new Error('the layout names logits and weights');
    return { logits, weights };
  };
  return ({ theta, frozen, batch, masks, zeros }: LeakInputs) => {
    const params = unpack(blueprint.layout, theta);
    const noise = perturbOf(blueprint, 'member', { shape: shapeOfBatch(batch), drawn: masks });
    const seen: tf.Tensor[] = [];
    const watch: Perturb = (site, where, value) => {
      if (site === 'attention.weights' && where.path === place.path) seen.push(value);
      return value;
    };
    passWith(blueprint, { frozen, batch }, params, watch);
    const [weights] = seen;
    if (!weights) throw new Error(`the pass never reached ${place.path}`);
    const { grad } = valueAndGrad((flat) => {
      const small = split(flat);
      // A zero is added before the noise of the logits and after that of the weights, to be
      // differentiated by.
      const perturb: Perturb = (site, where, value) => {
        if (where.path !== place.path || !site.startsWith('attention.')) return value;
        return site === 'attention.logits'
          ? noise(site, where, tf.add(value, small.logits))
          : tf.add(noise(site, where, value), small.weights);
      };
      return taskLoss(blueprint, passWith(blueprint, { frozen, batch }, params, perturb).outputs, batch);
    }, zeros);
    const by = split(grad);
    return { byLogits: by.logits, byWeights: by.weights, weights };
  };
};
