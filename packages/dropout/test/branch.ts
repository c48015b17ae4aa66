import type { Perturb, Place } from '@lab/adapter';
import { fold, normal } from '@lab/random';
import { tf } from '@lab/engine';
import { root } from './fixture.ts';

/** A fixed normal tensor named by a word. */
export const given = (word: string, shape: readonly number[]): tf.Tensor =>
  tf.tensor(
    normal(
      fold(root, word),
      shape.reduce((a, b) => a * b, 1),
    ),
    [...shape],
  );

/**
 * The low-rank branch with every adapter site, written apart from the adapter package. x: [B, T,
 * d_in] -> [B, T, d_out].
 */
export const branch = (x: tf.Tensor, A: tf.Tensor, B: tf.Tensor, place: Place, perturb: Perturb): tf.Tensor => {
  const [rows = 1, tokens = 1] = x.shape;
  const flat = (v: tf.Tensor) => tf.reshape(v, [rows * tokens, -1]);
  const low = tf.matMul(flat(perturb('lora.input', place, x)), tf.transpose(perturb('lora.A', place, A)));
  const rank = perturb('lora.rank', place, tf.reshape(low, [rows, tokens, -1]));
  const up = tf.matMul(flat(rank), tf.transpose(perturb('lora.B', place, B)));
  return perturb('lora.delta', place, tf.reshape(up, [rows, tokens, -1]));
};
