import { tf } from '@lab/engine';

/**
 * Moving averages of sensitivity I = |w dL/dw| and of its uncertainty |I - I_bar| (AdaLoRA, Eq. 9
 * and 10), all flat [size]. `watch` is 1, or 0 to leave both as they are, bit for bit.
 */
export const watchImportance = (
  {
    theta,
    grad,
    sensitivity,
    uncertainty,
  }: { readonly [name in 'theta' | 'grad' | 'sensitivity' | 'uncertainty']: tf.Tensor },
  watch: tf.Tensor,
  { beta1, beta2 }: { readonly beta1: number; readonly beta2: number },
): { readonly sensitivity: tf.Tensor; readonly uncertainty: tf.Tensor } => {
  const average = (old: tf.Tensor, fresh: tf.Tensor, beta: number) =>
    tf.add(tf.mul(old, beta), tf.mul(fresh, 1 - beta));
  // Both factors are exactly 0 or 1, so a number that stays is not rounded.
  const choose = (old: tf.Tensor, fresh: tf.Tensor) => tf.add(tf.mul(fresh, watch), tf.mul(old, tf.sub(1, watch)));
  const now = tf.abs(tf.mul(theta, grad));
  const smooth = average(sensitivity, now, beta1);
  const spread = average(uncertainty, tf.abs(tf.sub(now, smooth)), beta2);
  return { sensitivity: choose(sensitivity, smooth), uncertainty: choose(uncertainty, spread) };
};

/**
 * 1 for the `budget` largest of n scores, 0 for the others; among equal scores the earlier one is
 * larger. A score's rank is the number of larger ones, counted by comparing all pairs: no sort, no
 * read on the host. scores: [n] -> float32 [n].
 */
export const keepLargest = (scores: tf.Tensor, budget: tf.Tensor): tf.Tensor => {
  const [n] = scores.shape;
  const [row, column] = [tf.reshape(scores, [n, 1]), tf.reshape(scores, [1, n])];
  const order = tf.tensor1d(Float32Array.from({ length: n }, (_, i) => i));
  const earlier = tf.less(tf.reshape(order, [1, n]), tf.reshape(order, [n, 1]));
  const above = tf.logicalOr(tf.greater(column, row), tf.logicalAnd(tf.equal(column, row), earlier));
  return tf.cast(tf.less(tf.sum(tf.cast(above, 'float32'), 1), budget), 'float32');
};
