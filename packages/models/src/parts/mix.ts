import type { Forward, Place } from '@lab/adapter';
import type { tf } from '@lab/engine';
import { attend } from './attention.ts';
import type { Texts } from './texts.ts';

/**
 * Queries, keys and values as a layer's maps give them: [B, T, heads * d], or packed [1, P, heads *
 * d].
 */
export interface Projected {
  readonly q: tf.Tensor;
  readonly k: tf.Tensor;
  readonly v: tf.Tensor;
}

/** How one attention is computed once its heads are apart. */
export interface Heads {
  readonly heads: number;
  /** Heads of keys and values, where they are fewer. */
  readonly groups?: number;
  /** What to attend to, from the new keys and values of texts; absent: those. */
  readonly remember?: (k: tf.Tensor4D, v: tf.Tensor4D) => readonly [k: tf.Tensor4D, v: tf.Tensor4D];
  /** Logits [n, heads, t, t] of queries [n, heads, t, d] and keys [n, groups, t, d]. */
  readonly logits: (q: tf.Tensor4D, k: tf.Tensor4D) => tf.Tensor;
}

/**
 * One attention over the texts of a batch, group after group, both attention sites inside: a tensor
 * that lies as the batch does.
 */
export const mixTexts = (
  forward: Forward,
  place: Place,
  texts: Texts,
  { q, k, v, heads, groups = heads, remember = (...own) => own, logits }: Projected & Heads,
): tf.Tensor3D => {
  const [queries, keys, values] = [texts.split(q, heads), texts.split(k, groups), texts.split(v, groups)];
  const mixed = texts.groups.map(({ part, bias }, g) => {
    const [query, key, value] = [queries[g], keys[g], values[g]];
    if (!query || !key || !value) throw new Error(`${place.path}: group ${g} of the batch is missing`);
    const [toKeys, toValues] = remember(key, value);
    const where = part === undefined ? place : { ...place, part };
    return attend(forward, where, { logits: logits(query, toKeys), bias, v: toValues });
  });
  return texts.merge(mixed);
};
