import { tf } from '@lab/tensor';

/** Layer normalisation over the last axis: (x - mean) / sqrt(variance + eps) * weight + bias. x: [..., d], weight and bias: [d]. */
export const layerNorm = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor => {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, eps))), weight), bias);
};
