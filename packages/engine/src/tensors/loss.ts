import * as tf from '@tensorflow/tfjs';
import { asScalar } from './rank.ts';

/** log softmax over the last axis, shifted by the maximum. logits: [B, C] -> [B, C], nats. */
export const logSoftmax = (logits: tf.Tensor2D): tf.Tensor2D => {
  const shifted = tf.sub(logits, tf.max(logits, -1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
};

/**
 * Weighted cross-entropy in nats. logits: [B, C], labels: int32 [B], weights: [B], already summing
 * to one (0 for padding rows). Returns a scalar.
 */
export const crossEntropy = (logits: tf.Tensor2D, labels: tf.Tensor1D, weights: tf.Tensor1D): tf.Scalar => {
  // wasm writes integer bits into a float32 oneHot, which reads as zeros: cast the integers
  // instead.
  const truth = tf.cast(tf.oneHot(labels, logits.shape[1]), 'float32');
  const perExample = tf.neg(tf.sum(tf.mul(truth, logSoftmax(logits)), -1));
  return asScalar(tf.sum(tf.mul(perExample, weights)));
};

/**
 * Weighted mean squared error. predictions: [B, 1], targets: float32 [B], weights: [B] summing to
 * one. Returns a scalar.
 */
export const meanSquaredError = (predictions: tf.Tensor2D, targets: tf.Tensor1D, weights: tf.Tensor1D): tf.Scalar => {
  const error = tf.sub(tf.reshape(predictions, [-1]), targets);
  return asScalar(tf.sum(tf.mul(tf.square(error), weights)));
};
