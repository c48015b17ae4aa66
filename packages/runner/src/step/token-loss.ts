import type { Forward, Model, TokenBatch } from '@lab/adapter';
import { crossEntropy, logSoftmax, tf } from '@lab/engine';
import { languageModel } from '../session/text-rows.ts';

/** The next token at every place and its weight, both [N]. */
export interface TokenTargets {
  readonly labels: tf.Tensor1D;
  readonly weights: tf.Tensor1D;
}

/** Next-token logits of every place, [B * T, V]. */
export const tokenLogits = (model: Model, forward: Forward, hidden: tf.Tensor3D): tf.Tensor2D => {
  const logits = languageModel(model).logits(forward, hidden);
  const [batch, tokens, vocabulary] = logits.shape;
  return tf.reshape(logits, [batch * tokens, vocabulary]);
};

/**
 * Cross-entropy with label smoothing (Szegedy et al. 2016, section 7): (1 - e) times the loss of
 * the label plus e times the mean loss over the vocabulary. logits: [N, V].
 */
export const smoothedLoss = (logits: tf.Tensor2D, { labels, weights }: TokenTargets, smoothing: number): tf.Scalar => {
  const hard = crossEntropy(logits, labels, weights);
  if (smoothing === 0) return hard;
  const even = tf.neg(tf.sum<tf.Scalar>(tf.mul(tf.mean(logSoftmax(logits), -1), weights)));
  return tf.add(tf.mul(hard, 1 - smoothing), tf.mul(even, smoothing));
};

/** Summed loss of every text's reference tokens in nats: [B]. Weights count as 0 or not. */
export const rowLosses = (
  logits: tf.Tensor2D,
  { labels, weights, ids, packing }: TokenTargets & Pick<TokenBatch, 'ids' | 'packing'>,
): tf.Tensor1D => {
  const truth = tf.cast(tf.oneHot(labels, logits.shape[1]), 'float32');
  const losses = tf.neg(tf.sum(tf.mul(truth, logSoftmax(logits)), -1));
  const counted = tf.mul(losses, tf.cast(tf.greater(weights, 0), 'float32'));
  return packing
    ? tf.sum(tf.mul(packing.texts, tf.reshape(counted, [1, labels.size])), 1)
    : tf.sum(tf.reshape(counted, [...ids.shape]), 1);
};
