import type { Forward, Model, Perturb } from '@lab/adapter';
import { noNoise } from '@lab/adapter';
import { type HostArray, tf } from '@lab/engine';

/** A tensor of a host array; the caller's scope frees it. */
export const upload = ({ shape, data, dtype }: HostArray): tf.Tensor => tf.tensor(data, [...shape], dtype);

/** The model alone: linear maps without adapter. */
export const plainForward = (weights: { readonly [name: string]: tf.Tensor }, perturb: Perturb = noNoise): Forward => {
  const weight = (name: string): tf.Tensor => {
    const tensor = weights[name];
    if (!tensor) throw new Error(`no weight ${name}`);
    return tensor;
  };
  return {
    weight,
    perturb,
    sublayer: (_kind, _place, output) => output,
    linear: (path, x) => {
      const [batch, tokens, width] = x.shape as [number, number, number];
      const W = weight(`${path}.weight`) as tf.Tensor2D;
      const flat = tf.matMul(tf.reshape(x, [batch * tokens, width]), W);
      const y = weights[`${path}.bias`] ? tf.add(flat, weight(`${path}.bias`)) : flat;
      return tf.reshape(y, [batch, tokens, W.shape[1]]);
    },
  };
};

/** Uploads all weights of a model. */
export const uploadAll = async (model: Model): Promise<{ readonly [name: string]: tf.Tensor }> =>
  Object.fromEntries(Object.entries(await model.weights()).map(([name, array]) => [name, upload(array)]));

/** Texts as one padded batch of T tokens (the longest, or more). */
export const batchOf = (rows: readonly Int32Array[], tokens = Math.max(1, ...rows.map((r) => r.length))) => ({
  ids: tf.tensor2d(
    rows.flatMap((r) => [...r, ...Array<number>(tokens - r.length).fill(0)]),
    [rows.length, tokens],
    'int32',
  ),
  valid: tf.tensor2d(
    rows.flatMap((r) => Array.from({ length: tokens }, (_, t) => (t < r.length ? 1 : 0))),
    [rows.length, tokens],
  ),
  extra: {},
});
