import type { Forward } from '@lab/adapter';
import { tf } from '@lab/engine';

/**
 * Layer normalisation over the last axis: (x - mean) / sqrt(variance + eps) * weight + bias. x:
 * [..., d], weight and bias: [d].
 */
export const layerNorm = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor => {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, eps))), weight), bias);
};

/**
 * Root mean square normalisation: x / sqrt(mean(x²) + eps) * weight (Zhang and Sennrich 2019, Eq.
 * 4). x: [..., d], weight: [d].
 */
export const rmsNorm = (x: tf.Tensor, weight: tf.Tensor, eps: number): tf.Tensor =>
  tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps))), weight);

/** Layer normalisation with the weights stored under `path`. */
export const normAt = (forward: Forward, path: string, x: tf.Tensor, eps: number): tf.Tensor =>
  layerNorm(x, forward.weight(`${path}.weight`), forward.weight(`${path}.bias`), eps);
