import { tf } from '@lab/engine';
import type { StepCount } from '../adapter.ts';

/** Score of each rank: r softmax(p / tau), one at the start. p: [r] -> [r]. */
export const rankScores = (p: tf.Tensor, r: number, tau: number): tf.Tensor =>
  tf.mul(tf.softmax(tf.div(tf.reshape(p, [1, r]), tau)), r);

/** When ranks are kept for later, and when they are replaced. */
export interface BeamPlan {
  /** Share of the training between two replacements. */
  readonly every: number;
  /** Cumulative share of the scores that is kept at the start; it rises to 1 by half a cosine. */
  readonly keep: number;
}

/**
 * What happens after step `step` (from 0). T steps lie between replacements. The state is cached
 * T/2 steps after each. None is replaced in the last T steps. The kept share is 1 - (1 - keep) (1 +
 * cos(pi t)) / 2, t the share of the training that is done: pruning is hardest at first.
 */
export const beamAt = ({ every, keep }: BeamPlan, { step, steps }: StepCount) => {
  const T = Math.max(2, Math.round(every * steps));
  const done = step + 1;
  return {
    cache: Number(done % T === Math.floor(T / 2)),
    replace: Number(done % T === 0 && steps - done >= T),
    threshold: 1 - ((1 - keep) * (1 + Math.cos((Math.PI * done) / steps))) / 2,
  };
};

/** Halvings of the interval of scores: float32 tells no finer scores apart. */
const HALVINGS = 30;

/**
 * The score that a rank must exceed to stay: ranks are taken from the largest score down until
 * their cumulative share exceeds `threshold`. Equal scores stay together. Found by halving the
 * interval of scores, without a sort. shares: [n], all ranks of all maps, summing to one -> [].
 */
export const gateCutoff = (shares: tf.Tensor, threshold: tf.Tensor): tf.Tensor => {
  let low: tf.Tensor = tf.scalar(0);
  let high = tf.max(shares);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = tf.mul(tf.add(low, high), 0.5);
    const above = tf.sum(tf.mul(shares, tf.cast(tf.greater(shares, middle), 'float32')));
    // 1 where the ranks above the middle suffice: the cut lies at the middle or higher.
    const enough = tf.cast(tf.greater(above, threshold), 'float32');
    low = tf.add(tf.mul(middle, enough), tf.mul(low, tf.sub(1, enough)));
    high = tf.add(tf.mul(high, enough), tf.mul(middle, tf.sub(1, enough)));
  }
  return low;
};

/**
 * Position of every rank by falling share, 0 the largest; among equals the earlier one: [r].
 * Counted over all pairs, without a sort.
 */
const positionsOf = (shares: tf.Tensor, r: number): tf.Tensor => {
  const [row, column] = [tf.reshape(shares, [r, 1]), tf.reshape(shares, [1, r])];
  const order = tf.tensor1d(Float32Array.from({ length: r }, (_, i) => i));
  const earlier = tf.less(tf.reshape(order, [1, r]), tf.reshape(order, [r, 1]));
  const above = tf.logicalOr(tf.greater(column, row), tf.logicalAnd(tf.equal(column, row), earlier));
  return tf.sum(tf.cast(above, 'float32'), 1);
};

/**
 * Which ranks of one map stay ([r] of 0 and 1), and which take whose place: [r, r], 1 at (slot,
 * source).
 */
export interface Replacement {
  readonly kept: tf.Tensor;
  readonly copies: tf.Tensor;
}

/**
 * Replaces the ranks of a map that do not exceed `cut`. The first of them in order takes the best
 * rank, the next one the second best, and so on, from the best again where more fall than stay. The
 * best rank always stays. shares: [r]; cut, active (1 or 0, whether ranks are replaced now): [].
 */
export const replacement = (shares: tf.Tensor, r: number, cut: tf.Tensor, active: tf.Tensor): Replacement => {
  const position = positionsOf(shares, r);
  const outside = tf.logicalAnd(tf.lessEqual(shares, cut), tf.greater(position, 0));
  const dropped = tf.mul(tf.cast(outside, 'float32'), active);
  // The ranks that fall are the last in order.
  const stay = tf.sub(r, tf.sum(dropped));
  const behind = tf.sub(position, stay);
  const source = tf.sub(behind, tf.mul(tf.floor(tf.div(behind, stay)), stay));
  const match = tf.equal(tf.reshape(position, [1, r]), tf.reshape(source, [r, 1]));
  return {
    kept: tf.sub(1, dropped),
    copies: tf.mul(tf.cast(match, 'float32'), tf.reshape(dropped, [r, 1])),
  };
};
