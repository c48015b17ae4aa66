import type { Forward, TokenBatch } from '@lab/adapter';
import { as2d, tf } from '@lab/engine';

/** Width of the rows of a table [V, d]. */
export const widthOf = (table: tf.Tensor): number => as2d(table).shape[1];

/** Rows of a table: table [V, d], ids [B, T] -> [B, T, d]. */
export const lookUp = (table: tf.Tensor, ids: tf.Tensor2D): tf.Tensor3D => {
  const [batch, tokens] = ids.shape;
  const rows = tf.gather(table, tf.reshape(ids, [batch * tokens]));
  return tf.reshape(rows, [batch, tokens, widthOf(table)]);
};

/**
 * Rows first .. first + T - 1 of a position table, for every example: -> [1, T, d]. Padding is on
 * the right, so positions count up.
 */
export const positions = (table: tf.Tensor, tokens: number, first = 0): tf.Tensor3D => {
  const width = widthOf(table);
  return tf.reshape(tf.slice(table, [first, 0], [tokens, width]), [1, tokens, width]);
};

/**
 * Segment embeddings [B, T, d] of the batch's `types` (all 0 when it has none: one row, [1, 1, d]).
 */
export const segments = (forward: Forward, name: string, { extra }: TokenBatch): tf.Tensor => {
  const table = forward.weight(name);
  const types = extra['types'];
  return types ? lookUp(table, as2d(types)) : positions(table, 1);
};
