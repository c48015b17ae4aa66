import * as tf from '@tensorflow/tfjs';

/** x forward, zero backward. tfjs has no such op of its own. */
export const stopGradient = <T extends tf.Tensor>(x: T): T =>
  tf.customGrad((value: tf.Tensor | tf.GradSaveFunc) => ({
    value: tf.mul(value as tf.Tensor, 1),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }))(x) as T;
