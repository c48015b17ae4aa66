import type { Packing, TokenBatch } from '@lab/adapter';
import { as2d, tf } from '@lab/engine';
import { mergeHeads, splitHeads } from './attention.ts';
import { positions, widthOf } from './embed.ts';
import { firstToken, lastToken, maskedMean } from './pool.ts';

/** Texts of like length as attention meets them: n texts of t tokens, padded on the right. */
export interface TextGroup {
  /** Number of the group in a packed batch; absent where every row of the batch is one text. */
  readonly part?: number;
  /** Added to attention logits, hides what a query may not see: broadcasts to [n, heads, t, t]. */
  readonly bias: tf.Tensor;
}

/** How the texts of a batch lie in its tensors. Nothing else in a model knows it. */
export interface Texts {
  readonly groups: readonly TextGroup[];
  /** [B, T, heads * d], or packed [1, P, heads * d], -> [n, heads, t, d] of every group. */
  readonly split: (x: tf.Tensor, heads: number) => readonly tf.Tensor4D[];
  /** [n, heads, t, d] of every group -> a tensor that lies as the batch does. */
  readonly merge: (groups: readonly tf.Tensor4D[]) => tf.Tensor3D;
}

/**
 * Rows `there` of x [n, w]; its gradient takes rows `back` of the gradient. Exact where every row
 * that is left out, or read twice, has the gradient zero.
 */
const takeRows = (x: tf.Tensor2D, there: tf.Tensor1D, back: tf.Tensor1D): tf.Tensor2D => {
  const take = tf.customGrad(() => ({ value: tf.gather(x, there), gradFunc: (dy) => tf.gather(dy, back) }));
  return as2d(take(x));
};

const packedTexts = ({ valid, slots, rows }: Packing, biasOf: (valid: tf.Tensor2D) => tf.Tensor): Texts => {
  const groups = Object.values(valid);
  const sizes = groups.map(({ shape: [n, t] }) => n * t);
  return {
    groups: groups.map((one, part) => ({ part, bias: biasOf(one) })),
    split: (x, heads) => {
      const width = x.shape.at(-1) ?? 0;
      const seated = takeRows(tf.reshape(x, [-1, width]), slots, rows);
      const parts = sizes.length === 1 ? [seated] : tf.split(seated, sizes, 0);
      return groups.map(({ shape: [n, t] }, g) => splitHeads(tf.reshape(parts[g] ?? seated, [n, t, width]), heads));
    },
    merge: (mixed) => {
      const flat = mixed.map((x) => {
        const merged = mergeHeads(x);
        const [n, t, width] = merged.shape;
        return tf.reshape<tf.Rank.R2>(merged, [n * t, width]);
      });
      const [first, ...others] = flat;
      if (!first) throw new Error('a packed batch has a group');
      const packed = takeRows(others.length === 0 ? first : tf.concat2d(flat, 0), rows, slots);
      return tf.reshape(packed, [1, ...packed.shape]);
    },
  };
};

/** The texts of a batch. `biasOf`: what hides keys, from the valid tokens [n, t] of a group. */
export const textsOf = (
  { valid, packing }: Pick<TokenBatch, 'valid' | 'packing'>,
  biasOf: (valid: tf.Tensor2D) => tf.Tensor,
): Texts =>
  packing
    ? packedTexts(packing, biasOf)
    : {
        groups: [{ bias: biasOf(valid) }],
        split: (x, heads) => [splitHeads(x, heads)],
        merge: ([only]) => {
          if (!only) throw new Error('a padded batch is one group');
          return mergeHeads(only);
        },
      };

/**
 * Rows of a position table [n, d] for every token, the first token's at row `first`: [1, T, d], or
 * packed [1, P, d].
 */
export const positionsOf = ({ ids, packing }: TokenBatch, table: tf.Tensor, first = 0): tf.Tensor3D => {
  const [, tokens] = ids.shape;
  if (!packing) return positions(table, tokens, first);
  const at = first === 0 ? packing.positions : tf.add<tf.Tensor1D>(packing.positions, tf.scalar(first, 'int32'));
  return tf.reshape(tf.gather(table, at), [1, tokens, widthOf(table)]);
};

const product = (weights: tf.Tensor2D, hidden: tf.Tensor3D): tf.Tensor2D =>
  tf.matMul(weights, tf.reshape<tf.Rank.R2>(hidden, [-1, hidden.shape[2]]));

/** Mean of each text's tokens, zero for a text without any: [B, T, d] or packed -> [B, d]. */
export const meanOfTexts = (hidden: tf.Tensor3D, { valid, packing }: TokenBatch): tf.Tensor2D =>
  packing
    ? tf.div(product(packing.texts, hidden), tf.maximum(tf.sum(packing.texts, 1, true), 1))
    : maskedMean(hidden, valid);

/** Each text's first token: [B, T, d] or packed -> [B, d]. */
export const firstOfTexts = (hidden: tf.Tensor3D, { packing }: TokenBatch): tf.Tensor2D =>
  packing ? product(packing.first, hidden) : firstToken(hidden);

/** Each text's last token: [B, T, d] or packed -> [B, d]. */
export const lastOfTexts = (hidden: tf.Tensor3D, { valid, packing }: TokenBatch): tf.Tensor2D =>
  packing ? product(packing.last, hidden) : lastToken(hidden, valid);
