import { tf } from '@lab/engine';
import type { Linear } from '../adapter.ts';

/** x W + b for x [B, T, d_in] -> [B, T, d_out], by one 2-D product. */
export const affine = (x: tf.Tensor, { W, b }: Linear): tf.Tensor => {
  const [dIn, dOut] = W.shape;
  const flat = tf.matMul(tf.reshape(x, [-1, dIn]), W);
  return tf.reshape(b ? tf.add(flat, b) : flat, [...x.shape.slice(0, -1), dOut]);
};
