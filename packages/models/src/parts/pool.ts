import { tf } from '@lab/engine';

/**
 * Mean of the valid tokens; zero for a row without tokens. hidden: [B, T, d], valid: [B, T] -> [B,
 * d].
 */
export const maskedMean = (hidden: tf.Tensor3D, valid: tf.Tensor2D): tf.Tensor2D => {
  const [batch, tokens] = valid.shape;
  const sum = tf.sum(tf.mul(hidden, tf.reshape(valid, [batch, tokens, 1])), 1);
  const count = tf.maximum(tf.sum(valid, 1, true), 1);
  return tf.div(sum, count);
};

/** The first token: [B, T, d] -> [B, d]. */
export const firstToken = (hidden: tf.Tensor3D): tf.Tensor2D => {
  const [batch, , width] = hidden.shape;
  return tf.reshape(tf.slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]);
};

/** The last valid token, padding being on the right. hidden: [B, T, d], valid: [B, T] -> [B, d]. */
export const lastToken = (hidden: tf.Tensor3D, valid: tf.Tensor2D): tf.Tensor2D => {
  const [batch, tokens] = valid.shape;
  // 1 - 0 at the last valid token, 1 - 1 before it, 0 - 0 after it; the last column has nothing
  // after it.
  const edges =
    tokens === 1 ? valid : tf.concat([endings(valid, tokens), tf.slice(valid, [0, tokens - 1], [batch, 1])], 1);
  const isLast = tf.reshape(edges, [batch, tokens, 1]);
  return tf.sum(tf.mul(hidden, isLast), 1);
};

/** valid[t] - valid[t + 1]: [B, T] -> [B, T - 1]. */
const endings = (valid: tf.Tensor2D, tokens: number): tf.Tensor2D => {
  const [batch] = valid.shape;
  return tf.sub(tf.slice(valid, [0, 0], [batch, tokens - 1]), tf.slice(valid, [0, 1], [batch, tokens - 1]));
};

/** x / |x|, with |x|² not below 1e-12. x: [B, d]. */
export const l2Normalise = (x: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-12)));
