import { as1d, as2d, tf, type Params } from '@lab/engine';
import type { Adapter, Linear } from '../adapter.ts';
import { fusedLinear } from '../fused.ts';
import type { LinearSpec } from '../model.ts';
import { matrixAt } from '../named.ts';
import { movedWeights } from '../whole.ts';
import type { Perturb } from './site.ts';

/** Whether an adapter's update can be added to the frozen weights. */
export const isMergeable = ({ delta, deltaFrom, deltaBias }: Adapter): boolean =>
  (delta ?? deltaFrom ?? deltaBias) !== undefined;

/** The identity, written so that the compiled engine knows it. */
const identity = (n: number): tf.Tensor => tf.cast(tf.oneHot(tf.range(0, n, 1, 'int32'), n), 'float32');

/** A map of the model that is adapted, whole or in parts. */
interface AdaptedMap {
  readonly path: string;
  readonly targets: readonly LinearSpec[];
}

const mapsOf = ({ targets }: Adapter): readonly AdaptedMap[] => {
  const nameOf = ({ path, within }: LinearSpec): string => within?.path ?? path;
  return [...new Set(targets.map(nameOf))].map((path) => ({
    path,
    targets: targets.filter((target) => nameOf(target) === path),
  }));
};

/**
 * An adapted map's weight and, where the adapter moves it, its bias with the update in them. The
 * map is linear, so its weight is what it makes of the identity, and its bias what it makes of
 * zeros. The compiled engine leaves out products with the identity.
 */
const mergedMap = (
  adapter: Adapter,
  { path, targets }: AdaptedMap,
  { weights, params }: { readonly weights: Params; readonly params: Params },
  perturb: Perturb,
): Params => {
  const W = matrixAt(weights, `${path}.weight`);
  const [dIn, dOut] = W.shape;
  const bias = weights[`${path}.bias`];
  const through = (x: tf.Tensor) => (target: LinearSpec, base: Linear) =>
    adapter.linear(target, x, base, params, perturb);
  const of = (x: tf.Tensor): tf.Tensor => {
    const [only] = targets;
    return only && !only.within ? through(x)(only, { W }) : fusedLinear(targets, x, { W }, through(x));
  };
  const whole = tf.reshape(of(tf.reshape(identity(dIn), [1, dIn, dIn])), [dIn, dOut]);
  if (!adapter.deltaBias) return { [`${path}.weight`]: whole };
  const shift = tf.reshape(of(tf.zeros([1, 1, dIn])), [dOut]);
  return {
    [`${path}.weight`]: as2d(tf.sub(whole, shift)),
    [`${path}.bias`]: as1d(bias ? tf.add(bias, shift) : shift),
  };
};

/**
 * Weights that are trained whole, and those of every adapted map with the adapter's update in them,
 * as `perturb` has it: drawn masks of A and B, or an expected factor. With them the plain model
 * computes what the frozen one computes with the adapter. Noise must act on the adapter alone and
 * be one for the whole batch.
 */
export const mergedWeights = (adapter: Adapter, frozen: Params, params: Params, perturb: Perturb): Params => {
  const moved = movedWeights(adapter, frozen, params);
  const weights = { ...frozen, ...moved };
  const maps = mapsOf(adapter).map((map) => mergedMap(adapter, map, { weights, params }, perturb));
  return Object.assign(moved, ...maps);
};
