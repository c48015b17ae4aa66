import * as tf from '@tensorflow/tfjs';
import { as1d } from '../tensors/rank.ts';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/**
 * Host scalars of one step that enter the graph as inputs. `step` counts from 1; computed in double
 * precision.
 */
export const adamWScalars = (step: number, { beta1, beta2 }: AdamWOptions = adamWDefaults) => ({
  correction1: 1 / (1 - beta1 ** step),
  correction2: 1 / (1 - beta2 ** step),
});

/**
 * Everything one AdamW step reads: flat vectors [size] and scalars. `decay` holds each element's
 * weight decay.
 */
export interface AdamWInputs {
  readonly theta: tf.Tensor1D;
  readonly grad: tf.Tensor1D;
  readonly m: tf.Tensor1D;
  readonly v: tf.Tensor1D;
  readonly decay: tf.Tensor1D;
  readonly lr: tf.Scalar;
  readonly correction1: tf.Scalar;
  readonly correction2: tf.Scalar;
}

/**
 * One step of AdamW (Loshchilov and Hutter 2019, algorithm 2) on flat vectors. Decay is decoupled
 * and scaled by the learning rate, as in PyTorch: theta <- theta (1 - lr decay) - lr m_hat /
 * (sqrt(v_hat) + epsilon).
 */
export const adamW = (
  { theta, grad, m, v, decay, lr, correction1, correction2 }: AdamWInputs,
  { beta1, beta2, epsilon }: AdamWOptions = adamWDefaults,
): { readonly theta: tf.Tensor1D; readonly m: tf.Tensor1D; readonly v: tf.Tensor1D } => {
  const m1 = as1d(tf.add(tf.mul(m, beta1), tf.mul(grad, 1 - beta1)));
  const v1 = as1d(tf.add(tf.mul(v, beta2), tf.mul(tf.square(grad), 1 - beta2)));
  const direction = tf.div(tf.mul(m1, correction1), tf.add(tf.sqrt(tf.mul(v1, correction2)), epsilon));
  const next = as1d(tf.sub(theta, tf.mul(lr, tf.add(direction, tf.mul(decay, theta)))));
  return { theta: next, m: m1, v: v1 };
};
