import { tf } from '@lab/engine';
import { asFactors } from './bernoulli.ts';
import type { Law } from './law.ts';

/**
 * Added to the logit of a dropped key; finite, so that float32 never meets inf - inf, and far below
 * any logit.
 */
const DROPPED = -1e9;

/**
 * A law of coins on logits: a dropped key's logit becomes -1e9, its exponential 0 (DropKey; LoRA
 * Meets Dropout, Eq. 3).
 */
export const beforeSoftmax = (law: Law): Law => ({
  ...law,
  apply: (logits, mask) => tf.add(logits, tf.mul(tf.sub(1, asFactors(mask)), DROPPED)),
  usesRate: false,
});
