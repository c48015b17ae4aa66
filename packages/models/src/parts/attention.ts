import type { Forward, Place } from '@lab/adapter';
import { as3d, as4d, tf } from '@lab/engine';

/**
 * What is added to the logits of a key that may not be seen. Far below the -1e9 that noise adds to
 * a key it drops, so that a query whose every real key is dropped still does not look at padding;
 * finite, so that a row without any key still has a softmax.
 */
export const HIDDEN = -1e11;

/** [B, T, heads * d] -> [B, heads, T, d]. */
export const splitHeads = (x: tf.Tensor, heads: number): tf.Tensor4D => {
  const [batch, tokens, width] = as3d(x).shape;
  return tf.transpose(tf.reshape(x, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
};

/** [B, heads, T, d] -> [B, T, heads * d]. */
export const mergeHeads = (x: tf.Tensor4D): tf.Tensor3D => {
  const [batch, heads, tokens, width] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, tokens, heads * width]);
};

/** Additive mask that hides padding keys. valid: [B, T] of 0 and 1 -> [B, 1, 1, T]. */
export const paddingBias = (valid: tf.Tensor2D): tf.Tensor4D => {
  const [batch, tokens] = valid.shape;
  return tf.reshape(tf.mul(tf.sub(1, valid), HIDDEN), [batch, 1, 1, tokens]);
};

/** Additive mask that hides padding and later keys: [B, 1, T, T]. */
export const causalBias = (valid: tf.Tensor2D): tf.Tensor4D => {
  const tokens = valid.shape[1];
  const later = Float32Array.from({ length: tokens * tokens }, (_, i) =>
    i % tokens > Math.floor(i / tokens) ? HIDDEN : 0,
  );
  return tf.add(paddingBias(valid), tf.tensor4d(later, [1, 1, tokens, tokens]));
};

/**
 * q kᵀ. q: [B, heads, S, d], k: [B, heads, T, d] -> [B, heads, S, T]. k is transposed first: the
 * wasm kernel is slow with its own flag.
 */
export const scores = (q: tf.Tensor4D, k: tf.Tensor4D): tf.Tensor4D => tf.matMul(q, tf.transpose(k, [0, 1, 3, 2]));

/**
 * softmax(perturb(logits) + bias) v with both attention sites, the weights perturbed after the
 * softmax. The bias comes after the logits' noise, so a key that noise hides stays hidden and
 * padding stays hidden too. logits: [B, heads, T, T], bias broadcasts to it. v: [B, groups, T, d]
 * with heads a multiple of groups: consecutive heads share a group's values (grouped queries,
 * Ainslie et al. 2023). -> [B, heads, T, d]
 */
export const attend = (
  forward: Forward,
  place: Place,
  { logits, bias, v }: { readonly logits: tf.Tensor; readonly bias: tf.Tensor; readonly v: tf.Tensor4D },
): tf.Tensor4D => {
  const masked = tf.add(forward.perturb('attention.logits', place, logits), bias);
  const weights = as4d(forward.perturb('attention.weights', place, tf.softmax(masked, -1)));
  const [batch, heads, tokens] = weights.shape;
  const mixed = tf.matMul(group(weights, v.shape[1]), v);
  return tf.reshape(mixed, [batch, heads, tokens, v.shape[3]]);
};

/**
 * [B, heads, T, n] -> [B, groups, heads / groups * T, n]: the queries of a group one below the
 * other, so that keys need no copies.
 */
export const group = (x: tf.Tensor4D, groups: number): tf.Tensor4D => {
  const [batch, heads, tokens, width] = x.shape;
  return heads === groups ? x : tf.reshape(x, [batch, groups, (heads / groups) * tokens, width]);
};
