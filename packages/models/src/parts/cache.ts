import type { Forward, Place, TokenBatch } from '@lab/adapter';
import { tf } from '@lab/engine';
import { causalBias, paddingBias } from './attention.ts';
import { widthOf } from './embed.ts';
import { positionsOf, textsOf, type Texts } from './texts.ts';

/** What one new token of each row needs beside itself. */
export interface StepView {
  /** Place of the token in its text: int32 [B]. */
  readonly position: tf.Tensor1D;
  /** 1 where a slot holds a token of the row, this one included, else 0: [B, S]. */
  readonly seen: tf.Tensor2D;
  readonly slots: number;
}

/** Keys and values of earlier tokens. */
export interface Cache {
  /**
   * Takes the new keys and values of an attention, [B, groups, T, d], and gives those to attend to,
   * [B, groups, S, d].
   */
  readonly exchange: (place: Place, k: tf.Tensor4D, v: tf.Tensor4D) => readonly [k: tf.Tensor4D, v: tf.Tensor4D];
  /** Absent in the pass that reads the prompts. */
  readonly step?: StepView;
}

/** A forward pass that remembers keys and values. */
export interface CachedForward extends Forward {
  readonly cache: Cache;
}

const isCached = (forward: Forward): forward is CachedForward => 'cache' in forward;

const cacheOf = (forward: Forward): Cache | undefined => (isCached(forward) ? forward.cache : undefined);

/** The step's view of the past; undefined when whole texts are read. */
export const stepOf = (forward: Forward): StepView | undefined => cacheOf(forward)?.step;

/** Keys and values to attend to: the past before the new ones where there is a cache. */
export const exchange = (
  forward: Forward,
  place: Place,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
): readonly [k: tf.Tensor4D, v: tf.Tensor4D] => cacheOf(forward)?.exchange(place, k, v) ?? [k, v];

/**
 * The texts of a decoder's batch. A query may see earlier keys of its text, or of the cache: bias
 * [n, 1, t, t] or [B, 1, 1, S].
 */
export const decoderTexts = (forward: Forward, batch: TokenBatch): Texts => {
  const step = stepOf(forward);
  return textsOf(batch, step ? () => paddingBias(step.seen) : causalBias);
};

/**
 * Rows of a position table for a decoder's tokens, the first token's at row `first`: as
 * `positionsOf`, or [B, 1, d] in a step.
 */
export const decoderPositions = (forward: Forward, batch: TokenBatch, table: tf.Tensor, first = 0): tf.Tensor3D => {
  const step = stepOf(forward);
  if (!step) return positionsOf(batch, table, first);
  const rows = tf.gather(table, first === 0 ? step.position : tf.add(step.position, tf.scalar(first, 'int32')).toInt());
  return tf.reshape(rows, [step.position.shape[0], 1, widthOf(table)]);
};
