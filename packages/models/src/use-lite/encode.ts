import type { Forward, TokenBatch } from '@lab/adapter';
import { as2d, tf } from '@lab/engine';
import { attend, paddingBias, scores, splitHeads } from '../parts/attention.ts';
import { normAt } from '../parts/norm.ts';
import { l2Normalise, maskedMean } from '../parts/pool.ts';
import { EMBEDDING_WIDTH, HEADS, LAYER_WIDTHS, MAX_TOKENS, WIDTH, type Pooling } from './shape.ts';

const EPS = 1e-6;

/**
 * 2 e + timing: the graph adds the embedding once plainly and once inside the timed sum. -> [B, T,
 * 256]
 */
const embed = (forward: Forward, { ids }: TokenBatch): tf.Tensor => {
  const [batch, tokens] = ids.shape;
  if (tokens > MAX_TOKENS) throw new Error(`use-lite: ${tokens} tokens, at most ${MAX_TOKENS}`);
  const rows = tf.gather(forward.weight('embedding.weight'), tf.reshape(ids, [batch * tokens]));
  const e = forward.perturb(
    'embedding',
    { path: 'embedding', layer: 0 },
    tf.reshape(rows, [batch, tokens, EMBEDDING_WIDTH]),
  );
  const timing = tf.slice(forward.weight('timing'), [0, 0], [tokens, EMBEDDING_WIDTH]);
  return tf.add(tf.mul(e, 2), tf.reshape(timing, [1, tokens, EMBEDDING_WIDTH]));
};

const attention = (forward: Forward, layer: number, x: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
  const place = { path: `layer.${layer}.attention`, layer };
  const normed = normAt(forward, `${place.path}.norm`, x, EPS);
  const heads = (name: string) => splitHeads(forward.linear(`${place.path}.${name}`, normed), HEADS);
  const headWidth = LAYER_WIDTHS[layer]! / HEADS;
  const q = tf.mul<tf.Tensor4D>(heads('query'), 1 / Math.sqrt(headWidth));
  const mixed = attend(forward, place, scores(q, heads('key')), bias, heads('value'));
  return forward.sublayer('attention', place, forward.linear(`${place.path}.output`, mixed), normed, x);
};

const ffn = (forward: Forward, layer: number, x: tf.Tensor): tf.Tensor => {
  const place = { path: `layer.${layer}.ffn`, layer };
  const normed = normAt(forward, `${place.path}.norm`, x, EPS);
  const activated = tf.relu(forward.linear(`${place.path}.intermediate`, normed));
  const output = forward.linear(`${place.path}.output`, forward.perturb('ffn.intermediate', place, activated));
  return forward.sublayer('ffn', place, forward.perturb('ffn.hidden', place, output), normed, x);
};

/**
 * Last hidden states [B, T, 512]. Pre-norm layers; the first widens its residual from 256 to 512;
 * no final norm.
 */
export const encode = (forward: Forward, batch: TokenBatch): tf.Tensor3D => {
  const bias = paddingBias(batch.valid);
  return LAYER_WIDTHS.reduce(
    (x: tf.Tensor, width, layer) => {
      const attended = attention(forward, layer, x, bias);
      const residual = width === WIDTH ? x : forward.linear(`layer.${layer}.residual`, x);
      const middle = tf.add(attended, residual);
      return tf.add(middle, ffn(forward, layer, middle));
    },
    embed(forward, batch),
  ) as tf.Tensor3D;
};

/**
 * One vector an example [B, 512]: the mean of the last hidden states, or the package's own sentence
 * embedding made of it.
 */
export const pool =
  (pooling: Pooling) =>
  (forward: Forward, hidden: tf.Tensor3D, { valid }: TokenBatch): tf.Tensor2D => {
    const mean = maskedMean(hidden, valid);
    const [batch] = valid.shape;
    const head = () => {
      const one = tf.reshape(mean, [batch, 1, WIDTH]);
      return l2Normalise(tf.reshape(tf.tanh(forward.linear('pooler', one)), [batch, WIDTH]));
    };
    const place = { path: 'pool', layer: LAYER_WIDTHS.length - 1 };
    return as2d(forward.perturb('output', place, pooling === 'mean' ? mean : head()));
  };
