import type { Forward, FrozenTensor, LinearSpec, Place, SiteUse } from '@lab/adapter';
import { as3d, tf } from '@lab/engine';
import { layerSites, linearsOf, linearTensors, normTensors } from '../families/anatomy.ts';
import { ACTIVATIONS, type Activation } from './activations.ts';
import { scores } from './attention.ts';
import { layersOf } from './layers.ts';
import { mixTexts, type Heads } from './mix.ts';
import { normAt } from './norm.ts';
import type { Texts } from './texts.ts';

/** Paths of one layer's parts as the checkpoint names them. */
export interface LayerPaths {
  readonly attention: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly output: string;
  readonly attentionNorm: string;
  readonly ffn: string;
  readonly intermediate: string;
  readonly down: string;
  readonly outputNorm: string;
}

/**
 * A stack of layers with the norm after each residual (Vaswani et al. 2017; BERT and its
 * relatives).
 */
export interface PostNorm {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly ffnWidth: number;
  readonly activation: Activation;
  readonly eps: number;
  readonly paths: (layer: number) => LayerPaths;
  /** Attention logits [B, heads, T, T] from split queries and keys; absent: q kᵀ / sqrt(d). */
  readonly logits?: (forward: Forward, layer: number, q: tf.Tensor4D, k: tf.Tensor4D) => tf.Tensor;
}

const each = <T>({ layers }: PostNorm, make: (layer: number) => readonly T[]): readonly T[] =>
  Array.from({ length: layers }, (_, layer) => make(layer)).flat();

/** Linear maps of all layers, in forward order. */
export const postNormLinears = (stack: PostNorm): readonly LinearSpec[] => {
  const { width, ffnWidth } = stack;
  return each(stack, (layer) => {
    const p = stack.paths(layer);
    const linear = linearsOf(layer);
    return [
      ...[p.query, p.key, p.value, p.output].map((path) => linear(path, width, width)),
      linear(p.intermediate, width, ffnWidth),
      linear(p.down, ffnWidth, width),
    ];
  });
};

/** Tensors of all layers. */
export const postNormTensors = (stack: PostNorm): readonly FrozenTensor[] => [
  ...postNormLinears(stack).flatMap((spec) => linearTensors(spec)),
  ...each(stack, (layer) => {
    const { attentionNorm, outputNorm } = stack.paths(layer);
    return [...normTensors(attentionNorm, stack.width), ...normTensors(outputNorm, stack.width)];
  }),
];

/** Sites of all layers, in forward order. */
export const postNormSites = (stack: PostNorm, batch: number, tokens: number): readonly SiteUse[] =>
  each(stack, (layer) => layerSites({ ...stack.paths(layer), layer }, stack, batch, tokens));

/** q kᵀ / sqrt(d): [B, heads, T, d] -> [B, heads, T, T]. */
export const plainLogits = (q: tf.Tensor4D, k: tf.Tensor4D): tf.Tensor =>
  scores(tf.mul(q, 1 / Math.sqrt(q.shape[3])), k);

/** The stack: x [B, T, width] -> [B, T, width], or packed. */
export const postNormLayers = (stack: PostNorm, forward: Forward, x: tf.Tensor, texts: Texts): tf.Tensor3D => {
  const { heads, eps, layers } = stack;
  const normed = (path: string, place: Place, sum: tf.Tensor): tf.Tensor => {
    const norm = (value: tf.Tensor) => normAt(forward, path, value, eps);
    const once = norm(sum);
    return forward.afterNorm?.(place, once, norm) ?? once;
  };
  const attention = (layer: number, h: tf.Tensor): tf.Tensor => {
    const p = stack.paths(layer);
    const place = { path: p.attention, layer };
    const [q, k, v] = [forward.linear(p.query, h), forward.linear(p.key, h), forward.linear(p.value, h)];
    const logits: Heads['logits'] = (...own) => stack.logits?.(forward, layer, ...own) ?? plainLogits(...own);
    const output = forward.linear(p.output, mixTexts(forward, place, texts, { q, k, v, heads, logits }));
    return normed(p.attentionNorm, place, tf.add(forward.sublayer('attention', place, output, h), h));
  };
  const ffn = (layer: number, h: tf.Tensor): tf.Tensor => {
    const p = stack.paths(layer);
    const place = { path: p.ffn, layer };
    const activated = ACTIVATIONS[stack.activation](forward.linear(p.intermediate, h));
    const down = forward.linear(p.down, forward.perturb('ffn.intermediate', place, activated));
    const output = forward.sublayer('ffn', place, forward.perturb('ffn.hidden', place, down), h);
    return normed(p.outputNorm, place, tf.add(output, h));
  };
  return as3d(layersOf(forward, layers, (layer) => (h) => ffn(layer, attention(layer, h)), x));
};
