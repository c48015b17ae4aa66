import type { Forward } from '@lab/adapter';
import { as4d, tf } from '@lab/engine';
import { scores, splitHeads } from '../../parts/attention.ts';

/** What the position terms of the attention need to know. */
export interface Relative {
  readonly heads: number;
  readonly eps: number;
  /** Buckets on each side; 0: none, distances are used as they are. */
  readonly buckets: number;
  readonly maxDistance: number;
  readonly terms: readonly ('c2p' | 'p2c')[];
  /** Table of relative positions, [2 span, width]. */
  readonly table: string;
  /** Path of the norm that the table passes through, when it has one. */
  readonly norm?: string;
}

/** Rows on each side of the table's middle. */
export const relativeSpan = ({ buckets, maxDistance }: Pick<Relative, 'buckets' | 'maxDistance'>): number =>
  buckets > 0 ? buckets : maxDistance;

/**
 * Near distances one by one, far ones in logarithmic buckets (DeBERTa-v3's code; He et al. 2021).
 * Odd in `distance`.
 */
export const logBucket = (distance: number, buckets: number, maxDistance: number): number => {
  const middle = Math.floor(buckets / 2);
  const far = Math.abs(distance);
  if (far <= middle) return distance;
  // Rounded to float32 stepwise like the reference, since the ceiling sits on exact powers.
  const f = Math.fround;
  const ratio = f(f(Math.log(f(far / middle))) / f(Math.log(f((maxDistance - 1) / middle))));
  return Math.sign(distance) * (Math.ceil(f(ratio * (middle - 1))) + middle);
};

/**
 * Table rows of the distances T - 1, …, 1 - T (`falling`) or 1 - T, …, T - 1 (`rising`), as int32
 * [2 T - 1].
 */
const rowsOfDistances = (tokens: number, relative: Relative, order: 'falling' | 'rising'): Int32Array => {
  const span = relativeSpan(relative);
  return Int32Array.from({ length: 2 * tokens - 1 }, (_, column) => {
    const distance = order === 'falling' ? tokens - 1 - column : column - tokens + 1;
    const bucket = relative.buckets > 0 ? logBucket(distance, relative.buckets, relative.maxDistance) : distance;
    return Math.min(Math.max(bucket + span, 0), 2 * span - 1);
  });
};

/**
 * x[i, c] -> y[i, j] with c = j - i + T - 1, by reading the rows with a stride one shorter: [B, H,
 * T, 2 T - 1] -> [B, H, T, T].
 */
export const skew = (x: tf.Tensor4D): tf.Tensor4D => {
  const [batch, heads, tokens] = x.shape;
  if (tokens === 1) return x;
  const flat = tf.reshape(x, [batch, heads, tokens * (2 * tokens - 1)]);
  const stride = 2 * tokens - 2;
  const shifted = tf.slice(flat, [0, 0, tokens - 1], [batch, heads, tokens * stride]);
  return as4d(
    tf.slice(tf.reshape(shifted, [batch, heads, tokens, stride]), [0, 0, 0, 0], [batch, heads, tokens, tokens]),
  );
};

/** The table's rows, one for each distance, through `normed`: [1, 2 T - 1, width]. */
export const distanceRows = (
  forward: Forward,
  relative: Relative,
  tokens: number,
  order: 'falling' | 'rising',
  normed: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor3D => {
  const index = tf.tensor1d(rowsOfDistances(tokens, relative, order), 'int32');
  const rows = normed(tf.gather(forward.weight(relative.table), index));
  return tf.reshape(rows, [1, 2 * tokens - 1, rows.shape[1]!]);
};

/**
 * x [B, H, T, d] against rows [1, H, M, d] that all examples share -> [B, H, T, M]; examples lie
 * side by side in one product a head.
 */
const sharedScores = (x: tf.Tensor4D, rows: tf.Tensor4D): tf.Tensor4D => {
  const [batch, heads, tokens, width] = x.shape;
  const stacked = tf.reshape<tf.Rank.R4>(tf.transpose(x, [1, 0, 2, 3]), [1, heads, batch * tokens, width]);
  const products = tf.reshape<tf.Rank.R4>(scores(stacked, rows), [heads, batch, tokens, rows.shape[2]]);
  return tf.transpose(products, [1, 0, 2, 3]);
};

/**
 * Disentangled logits (He et al. 2021, Eq. 4): content to content, content to position (query i
 * against the key of distance i - j) and position to content (key j against the query of distance i
 * - j), all over sqrt(d times the number of terms). `position(term, order)` gives the projected
 * distances, [1, 2 T - 1, heads * d]. Distances repeat along diagonals, so each term is one product
 * with 2 T - 1 columns and a skew, without gathering by index.
 */
export const disentangledLogits = (
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  { heads, terms }: Pick<Relative, 'heads' | 'terms'>,
  position: (term: 'c2p' | 'p2c', order: 'falling' | 'rising') => tf.Tensor,
): tf.Tensor => {
  const parts = terms.map((term): tf.Tensor =>
    term === 'c2p'
      ? skew(sharedScores(q, splitHeads(position('c2p', 'falling'), heads)))
      : // For a fixed key j the distance i - j rises with i.
        tf.transpose(skew(sharedScores(k, splitHeads(position('p2c', 'rising'), heads))), [0, 1, 3, 2]),
  );
  const sum = parts.reduce((total, part) => tf.add(total, part), scores(q, k));
  return tf.mul(sum, 1 / Math.sqrt(q.shape[3] * (1 + terms.length)));
};
