import type { Forward, TokenBatch } from '@lab/adapter';
import { as2d, as3d, tf } from '@lab/engine';
import { paddingBias, scores } from '../parts/attention.ts';
import { lookUp } from '../parts/embed.ts';
import { layersOf } from '../parts/layers.ts';
import { mixTexts } from '../parts/mix.ts';
import { normAt } from '../parts/norm.ts';
import { l2Normalise } from '../parts/pool.ts';
import { meanOfTexts, positionsOf, textsOf, type Texts } from '../parts/texts.ts';
import { HEADS, LAYER_WIDTHS, MAX_TOKENS, WIDTH, type Pooling } from './shape.ts';

const EPS = 1e-6;

/**
 * 2 e + timing: the graph adds the embedding once plainly and once inside the timed sum. -> [B, T,
 * 256]
 */
const embed = (forward: Forward, batch: TokenBatch): tf.Tensor => {
  const [, tokens] = batch.ids.shape;
  if (!batch.packing && tokens > MAX_TOKENS) throw new Error(`use-lite: ${tokens} tokens, at most ${MAX_TOKENS}`);
  const e = forward.perturb(
    'embedding',
    { path: 'embedding', layer: 0 },
    lookUp(forward.weight('embedding.weight'), batch.ids),
  );
  return tf.add(tf.mul(e, 2), positionsOf(batch, forward.weight('timing')));
};

const attention = (forward: Forward, layer: number, x: tf.Tensor, texts: Texts): tf.Tensor => {
  const place = { path: `layer.${layer}.attention`, layer };
  const normed = normAt(forward, `${place.path}.norm`, x, EPS);
  const map = (name: string) => forward.linear(`${place.path}.${name}`, normed);
  const mixed = mixTexts(forward, place, texts, {
    q: map('query'),
    k: map('key'),
    v: map('value'),
    heads: HEADS,
    logits: (q, k) => scores(tf.mul(q, 1 / Math.sqrt(q.shape[3])), k),
  });
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
  const texts = textsOf(batch, paddingBias);
  const layer = (index: number) => (x: tf.Tensor) => {
    const attended = attention(forward, index, x, texts);
    const residual = LAYER_WIDTHS[index] === WIDTH ? x : forward.linear(`layer.${index}.residual`, x);
    const middle = tf.add(attended, residual);
    return tf.add(middle, ffn(forward, index, middle));
  };
  return as3d(layersOf(forward, LAYER_WIDTHS.length, layer, embed(forward, batch)));
};

/**
 * One vector an example [B, 512]: the mean of the last hidden states, or the package's own sentence
 * embedding made of it.
 */
export const pool =
  (pooling: Pooling) =>
  (forward: Forward, hidden: tf.Tensor3D, batch: TokenBatch): tf.Tensor2D => {
    const mean = meanOfTexts(hidden, batch);
    const [size] = mean.shape;
    const head = () => {
      const one = tf.reshape(mean, [size, 1, WIDTH]);
      return l2Normalise(tf.reshape(tf.tanh(forward.linear('pooler', one)), [size, WIDTH]));
    };
    const place = { path: 'pool', layer: LAYER_WIDTHS.length - 1 };
    return as2d(forward.perturb('output', place, pooling === 'mean' ? mean : head()));
  };
