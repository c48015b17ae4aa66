import { logSoftmax, tf } from '@lab/engine';
import type { Consistency } from './types.ts';

/** KL(P || Q) of every row, in nats; log P and log Q: [B, C] -> [B]. */
const divergence = (logP: tf.Tensor2D, logQ: tf.Tensor2D): tf.Tensor1D =>
  tf.sum(tf.mul(tf.exp(logP), tf.sub(logP, logQ)), -1);

/**
 * How far two passes disagree, in nats. `first`, `second`: [B, C], class logits, or for a
 * regression the pooled representation, whose softmax over features stands for P. For `js`,
 * `second` is the deterministic pass. `weights`: [B], summing to one.
 *
 * kl, r-drop: ½ [KL(P1 || P2) + KL(P2 || P1)] (HiddenKey, Eq. 11). js: KL(P1 || P̄) (Eq. 12). The
 * weight λ, the stopped gradient of a one-branch method and R-Drop's second task loss are the
 * caller's.
 */
export const consistencyLoss = (
  kind: Consistency['kind'],
  first: tf.Tensor2D,
  second: tf.Tensor2D,
  weights: tf.Tensor1D,
): tf.Scalar => {
  const [log1, log2] = [logSoftmax(first), logSoftmax(second)];
  const there = divergence(log1, log2);
  const perExample = kind === 'js' ? there : tf.mul(tf.add(there, divergence(log2, log1)), 0.5);
  return tf.sum(tf.mul(perExample, weights));
};
