import type * as tf from '@tensorflow/tfjs';

const hasRank = <T extends tf.Tensor>(x: tf.Tensor, rank: number): x is T => x.rank === rank;

/** The same tensor with its rank known to the types. Throws where it has another. */
const ranked = <T extends tf.Tensor>(x: tf.Tensor, rank: number): T => {
  if (!hasRank<T>(x, rank))
    throw new Error(`a tensor of shape [${x.shape.join(', ')}] where ${rank} axes are expected`);
  return x;
};

/**
 * The same tensor as one number. Throws where it is none; so do the others, for their number of
 * axes.
 */
export const asScalar = (x: tf.Tensor): tf.Scalar => ranked(x, 0);

/** The same tensor as a vector. */
export const as1d = (x: tf.Tensor): tf.Tensor1D => ranked(x, 1);

/** The same tensor as a matrix. */
export const as2d = (x: tf.Tensor): tf.Tensor2D => ranked(x, 2);

/** The same tensor with three axes. */
export const as3d = (x: tf.Tensor): tf.Tensor3D => ranked(x, 3);

/** The same tensor with four axes. */
export const as4d = (x: tf.Tensor): tf.Tensor4D => ranked(x, 4);
