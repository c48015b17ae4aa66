import type { Perturb, Place } from '@lab/adapter';
import { perturbWith, type PlannedMask } from '@lab/dropout';
import { layoutOf, tf, unpack, valueAndGrad, type PureFunction } from '@lab/engine';
import type { Material } from '../real/material.ts';
import { pass, taskLoss, under } from '../real/program.ts';

/**
 * The attention block of the last layer and the shape [B, heads, T, T] of its logits. Throws for a
 * model without attention sites.
 */
export const lastAttention = ({ model }: Material, rows: number, tokens: number) => {
  const use = model.sites(rows, tokens).findLast(({ site }) => site === 'attention.logits');
  if (!use) throw new Error(`${model.name} has no attention to look at`);
  return { place: use.place, shape: use.shape };
};

/**
 * Gradients of the task loss by the logits and by the perturbed weights of one attention block, and
 * the softmax weights before any noise, each [B, heads, T, T]. Noise acts in that block alone.
 */
export const leakProgram = (
  material: Material,
  plan: readonly PlannedMask[],
  { place, shape }: { readonly place: Place; readonly shape: readonly number[] },
): PureFunction => {
  const layout = layoutOf(['logits', 'weights'].map((name) => ({ name, shape })));
  return (inputs) => {
    const params = under(inputs, 'param');
    const noise = perturbWith(plan, under(inputs, 'mask'));
    const seen: { weights?: tf.Tensor } = {};
    const at = (site: string, path: string) => path === place.path && site.startsWith('attention.');
    const watch: Perturb = (site, where, value) => {
      if (site === 'attention.weights' && where.path === place.path) seen.weights = value;
      return value;
    };
    pass(material, inputs, params, watch);
    const { grad } = valueAndGrad((flat) => {
      const small = unpack(layout, flat);
      // A zero is added before the noise of the logits and after that of the weights, to be
      // differentiated by.
      const perturb: Perturb = (site, where, value) => {
        if (!at(site, where.path)) return value;
        return site === 'attention.logits'
          ? noise(site, where, tf.add(value, small.logits!))
          : tf.add(noise(site, where, value), small.weights!);
      };
      return taskLoss(pass(material, inputs, params, perturb).logits, inputs);
    }, inputs.zeros as tf.Tensor1D);
    const parts = unpack(layout, grad);
    return { byLogits: parts.logits!, byWeights: parts.weights!, weights: seen.weights! };
  };
};
