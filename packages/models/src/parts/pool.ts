import { tf } from '@lab/tensor';

/** Mean of the valid tokens; zero for a row without tokens. hidden: [B, T, d], valid: [B, T] -> [B, d]. */
export const maskedMean = (hidden: tf.Tensor3D, valid: tf.Tensor2D): tf.Tensor2D => {
  const [batch, tokens] = valid.shape;
  const sum = tf.sum(tf.mul(hidden, tf.reshape(valid, [batch, tokens, 1])), 1);
  const count = tf.maximum(tf.sum(valid, 1, true), 1);
  return tf.div(sum, count) as tf.Tensor2D;
};

/** x / |x|, with |x|² not below 1e-12. x: [B, d]. */
export const l2Normalise = (x: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-12))) as tf.Tensor2D;
