import type { Forward, Model, TokenBatch } from '@lab/adapter';
import { crossEntropy, logSoftmax, tf } from '@lab/engine';
import { languageModel } from '../session/rows/text-rows.ts';

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

/** What a text is made of: where its tokens lie, and which of them are the reference's. */
type TextsOfBatch = TokenTargets & Pick<TokenBatch, 'ids' | 'packing'>;

/** Sums of a value of every token over each text's reference tokens: [N] -> [B]. */
const rowSums = (values: tf.Tensor, { weights, ids, packing }: TextsOfBatch): tf.Tensor1D => {
  const counted = tf.mul(values, tf.cast(tf.greater(weights, 0), 'float32'));
  return packing
    ? tf.sum(tf.mul(packing.texts, tf.reshape(counted, [1, weights.size])), 1)
    : tf.sum(tf.reshape(counted, [...ids.shape]), 1);
};

/** Summed loss of every text's reference tokens in nats: [B]. Weights count as 0 or not. */
export const rowLosses = (logits: tf.Tensor2D, batch: TextsOfBatch): tf.Tensor1D => {
  const truth = tf.cast(tf.oneHot(batch.labels, logits.shape[1]), 'float32');
  return rowSums(tf.neg(tf.sum(tf.mul(truth, logSoftmax(logits)), -1)), batch);
};

/** Reference tokens of every text, at least one: [B]. */
export const rowCounts = (batch: TextsOfBatch): tf.Tensor1D =>
  tf.maximum(rowSums(tf.ones([batch.weights.size]), batch), 1);
