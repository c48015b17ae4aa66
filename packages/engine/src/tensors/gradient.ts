import * as tf from '@tensorflow/tfjs';

/**
 * The value of a scalar function of a flat vector and its gradient [size]; parts that the loss did
 * not touch get zeros.
 */
export const valueAndGrad = (
  loss: (theta: tf.Tensor1D) => tf.Scalar,
  theta: tf.Tensor1D,
): { readonly value: tf.Scalar; readonly grad: tf.Tensor1D } => tf.valueAndGrad(loss)(theta);

/**
 * Scales a gradient [size] so that its Euclidean norm is at most `limit` (Pascanu et al. 2013,
 * section 3.2). As in PyTorch, 1e-6 is added to the norm.
 */
export const clipByNorm = (grad: tf.Tensor1D, limit: number): tf.Tensor1D => {
  const norm = tf.sqrt(tf.sum(tf.square(grad)));
  return tf.mul(grad, tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1));
};
