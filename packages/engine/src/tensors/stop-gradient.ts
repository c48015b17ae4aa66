import * as tf from '@tensorflow/tfjs';

/** x forward, zero backward. tfjs has no such op of its own. */
export const stopGradient = <T extends tf.Tensor>(x: T): T =>
  tf.customGrad<T>(() => ({ value: tf.mul(x, 1), gradFunc: (dy) => tf.zerosLike(dy) }))(x);
