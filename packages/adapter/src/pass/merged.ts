import { as1d, as2d, tf, type Params } from '@lab/engine';
import type { Adapter } from '../adapter.ts';
import type { LinearSpec } from '../model.ts';
import { matrixAt } from '../named.ts';
import type { Perturb } from './site.ts';

/** Whether an adapter's update can be added to the frozen weights. */
export const isMergeable = ({ delta, deltaFrom, deltaBias }: Adapter): boolean =>
  (delta ?? deltaFrom ?? deltaBias) !== undefined;

/** The identity, written so that the compiled engine knows it. */
const identity = (n: number): tf.Tensor => tf.cast(tf.oneHot(tf.range(0, n, 1, 'int32'), n), 'float32');

/**
 * A target's weight and, where the adapter moves it, its bias with the update in them. An adapted
 * map is linear, so its weight is what it makes of the identity, and its bias what it makes of
 * zeros. The compiled engine leaves out products with the identity.
 */
const mergedMap = (
  adapter: Adapter,
  spec: LinearSpec,
  { weights, params }: { readonly weights: Params; readonly params: Params },
  perturb: Perturb,
): Params => {
  const { path, dIn, dOut } = spec;
  const W = matrixAt(weights, `${path}.weight`);
  const bias = weights[`${path}.bias`];
  const of = (x: tf.Tensor): tf.Tensor => adapter.linear(spec, x, { W }, params, perturb);
  const whole = tf.reshape(of(tf.reshape(identity(dIn), [1, dIn, dIn])), [dIn, dOut]);
  if (!adapter.deltaBias) return { [`${path}.weight`]: whole };
  const shift = tf.reshape(of(tf.zeros([1, 1, dIn])), [dOut]);
  return {
    [`${path}.weight`]: as2d(tf.sub(whole, shift)),
    [`${path}.bias`]: as1d(bias ? tf.add(bias, shift) : shift),
  };
};

/**
 * Weights and biases of every target with the adapter's update in them, as `perturb` has it: drawn
 * masks of A and B, or an expected factor. With them the plain model computes what the frozen one
 * computes with the adapter. Noise must act on the adapter alone and be one for the whole batch.
 */
export const mergedWeights = (adapter: Adapter, weights: Params, params: Params, perturb: Perturb): Params =>
  Object.assign({}, ...adapter.targets.map((spec) => mergedMap(adapter, spec, { weights, params }, perturb)));
