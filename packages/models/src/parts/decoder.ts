import type { Forward, FrozenTensor, LinearSpec, Place } from '@lab/adapter';
import { tf } from '@lab/engine';
import { embeddingSite, layerSites, linearTensors, outputSite, table } from '../families/anatomy.ts';
import type { Anatomy } from '../families/anatomy.ts';
import { decoderPool, type DecoderPooling } from '../families/decoder-pool.ts';
import { group, scores } from './attention.ts';
import { exchange } from './cache.ts';
import { layersOf } from './layers.ts';
import { mixTexts, type Projected } from './mix.ts';
import type { Texts } from './texts.ts';

/** Paths of one layer's parts as the checkpoint names them. */
export interface DecoderPaths {
  readonly attention: string;
  readonly output: string;
  readonly attentionNorm: string;
  /** Norm of the attention's output before its residual is added, where there is one. */
  readonly attentionOutputNorm?: string;
  readonly ffn: string;
  readonly down: string;
  readonly ffnNorm: string;
  /** Norm of the feed-forward part's output, where there is one. */
  readonly ffnOutputNorm?: string;
}

/** A stack of layers with a residual around each part, and what its family does in its own way. */
export interface DecoderStack {
  readonly layers: number;
  readonly paths: (layer: number) => DecoderPaths;
  /** `before`: x + f(norm(x)). `after`: norm(x + f(x)). */
  readonly norms: 'before' | 'after';
  readonly norm: (forward: Forward, path: string, x: tf.Tensor) => tf.Tensor;
  readonly heads: number;
  /** Heads of keys and values, where they are fewer. */
  readonly groups?: number;
  readonly project: (forward: Forward, attention: Place, h: tf.Tensor) => Projected;
  /** Queries [n, heads, t, d] as they meet keys: scaled, and rotated where positions are angles. */
  readonly query: (q: tf.Tensor4D, attention: Place) => tf.Tensor4D;
  /** Keys [n, groups, t, d] likewise; absent: as they are. */
  readonly key?: (k: tf.Tensor4D, attention: Place) => tf.Tensor4D;
  /** The activation inside the feed-forward part: [B, T, width] -> [B, T, d_ff]. */
  readonly inner: (forward: Forward, ffn: Place, h: tf.Tensor) => tf.Tensor;
  /** Largest magnitude of attention logits, cap tanh(logits / cap); absent: unbounded. */
  readonly cap?: number;
}

/** cap tanh(x / cap): x near zero, never beyond the cap (Gemma 2). */
export const capped = (x: tf.Tensor, cap: number): tf.Tensor => tf.mul(tf.tanh(tf.div(x, cap)), cap);

/**
 * The layers: x [B, T, width] -> [B, T, width], or packed. `texts` also say which keys a query may
 * not see, in all layers or in each.
 */
export const decoderLayers = (
  stack: DecoderStack,
  forward: Forward,
  x: tf.Tensor,
  texts: Texts | ((layer: number) => Texts),
): tf.Tensor => {
  const { heads, groups = heads, key = (k) => k } = stack;
  const normed = (path: string | undefined, h: tf.Tensor) => (path === undefined ? h : stack.norm(forward, path, h));
  const attention = (layer: number, h: tf.Tensor, stream: tf.Tensor): tf.Tensor => {
    const { attention: path, output, attentionOutputNorm } = stack.paths(layer);
    const place = { path, layer };
    const mixed = mixTexts(forward, place, typeof texts === 'function' ? texts(layer) : texts, {
      ...stack.project(forward, place, h),
      heads,
      groups,
      remember: (k, v) => exchange(forward, place, key(k, place), v),
      logits: (q, k) => {
        const [count, , tokens] = q.shape;
        const products = scores(group(stack.query(q, place), groups), k);
        const whole = groups === heads ? products : tf.reshape(products, [count, heads, tokens, k.shape[2]]);
        return stack.cap === undefined ? whole : capped(whole, stack.cap);
      },
    });
    return forward.sublayer('attention', place, normed(attentionOutputNorm, forward.linear(output, mixed)), h, stream);
  };
  const ffn = (layer: number, h: tf.Tensor, stream: tf.Tensor): tf.Tensor => {
    const { ffn: path, down, ffnOutputNorm } = stack.paths(layer);
    const place = { path, layer };
    const inner = forward.perturb('ffn.intermediate', place, stack.inner(forward, place, h));
    const hidden = forward.perturb('ffn.hidden', place, forward.linear(down, inner));
    return forward.sublayer('ffn', place, normed(ffnOutputNorm, hidden), h, stream);
  };
  const residual = (place: Place, path: string, stream: tf.Tensor, part: (h: tf.Tensor) => tf.Tensor): tf.Tensor => {
    const norm = (x: tf.Tensor) => stack.norm(forward, path, x);
    if (stack.norms === 'before') return tf.add(stream, part(norm(stream)));
    const normed = norm(tf.add(stream, part(stream)));
    return forward.afterNorm?.(place, normed, norm) ?? normed;
  };
  const whole = (layer: number) => (stream: tf.Tensor) => {
    const { attention: first, attentionNorm, ffn: second, ffnNorm } = stack.paths(layer);
    const middle = residual({ path: first, layer }, attentionNorm, stream, (h) => attention(layer, h, stream));
    return residual({ path: second, layer }, ffnNorm, middle, (h) => ffn(layer, h, middle));
  };
  return layersOf(forward, stack.layers, whole, x);
};

/** What a family says of a decoder beside its layers. */
export interface DecoderDescription
  extends Pick<DecoderStack, 'layers' | 'paths'>, Partial<Pick<DecoderStack, 'norms'>> {
  readonly encode: Anatomy['encode'];
  readonly linears: readonly LinearSpec[];
  /** How linear kernels lie in the checkpoint. */
  readonly stored?: 'as-is' | 'transposed';
  /** Tensors that belong to no linear map: norms and position tables. */
  readonly others: readonly FrozenTensor[];
  /**
   * The word embedding: its table, path and number of words, and whether it also makes the
   * next-token logits.
   */
  readonly words: {
    readonly table: string;
    readonly path: string;
    readonly vocabulary: number;
    readonly tied: boolean;
  };
  readonly maxTokens: number;
  readonly heads: number;
  readonly ffnWidth: number;
  /** Width of the layers. */
  readonly hidden: number;
  /** Width of word embeddings and of the last hidden states, where it is another. */
  readonly width?: number;
}

/** The anatomy of a decoder, with the language model head where `lm` asks for it. */
export const decoderAnatomy = (
  {
    layers,
    paths,
    linears,
    stored,
    others,
    words,
    heads,
    ffnWidth,
    hidden,
    width = hidden,
    ...rest
  }: DecoderDescription,
  { pooling, lm }: { readonly pooling: DecoderPooling; readonly lm: boolean },
): Anatomy => {
  const embeddings = table(words.table, words.vocabulary, width);
  const head = words.tied ? embeddings : table('lm_head.weight', words.vocabulary, width);
  return {
    ...rest,
    width,
    layers,
    causal: true,
    segments: 1,
    linears,
    tensors: [
      embeddings,
      ...others,
      ...linears.flatMap((spec) => linearTensors(spec, stored)),
      ...(lm && !words.tied ? [head] : []),
    ],
    sites: (batch, tokens) => [
      embeddingSite(words.path, hidden, batch, tokens),
      ...Array.from({ length: layers }, (_, layer) =>
        layerSites({ ...paths(layer), layer }, { heads, ffnWidth, width: hidden }, batch, tokens),
      ).flat(),
      outputSite(layers, width, batch),
    ],
    pool: decoderPool(pooling, layers),
    ...(lm ? { lmHead: head.name } : {}),
  };
};
