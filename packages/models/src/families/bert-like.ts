import type { Forward, LinearSpec, TokenBatch } from '@lab/adapter';
import { tf } from '@lab/engine';
import { z } from 'zod';
import { ACTIVATION_NAMES, type Activation } from '../parts/activations.ts';
import { paddingBias } from '../parts/attention.ts';
import { lookUp, segments } from '../parts/embed.ts';
import { encoderPool, type PoolHead } from '../parts/encoder-pool.ts';
import { normAt } from '../parts/norm.ts';
import {
  plainLogits,
  postNormLayers,
  postNormLinears,
  postNormSites,
  postNormTensors,
  type LayerPaths,
  type PostNorm,
} from '../parts/post-norm.ts';
import { positionsOf, textsOf } from '../parts/texts.ts';
import { embeddingSite, linearsOf, linearTensors, normTensors, outputSite, table, type Anatomy } from './anatomy.ts';
import { bertLayerPaths } from './bert-layers.ts';

const size = z.number().int().min(1);

/** The keys of config.json that BERT and RoBERTa share. */
export const bertConfig = z.object({
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  max_position_embeddings: size,
  type_vocab_size: size.default(2),
  hidden_act: z.enum(ACTIVATION_NAMES).default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  position_embedding_type: z.literal('absolute').default('absolute'),
  is_decoder: z.literal(false).default(false),
});

/** A pool head whose dense layer is stored at `path`. */
export const poolHead = (path: string, width: number, layers: number, activation: Activation): PoolHead => {
  const spec: LinearSpec = { path, layer: layers - 1, dIn: width, dOut: width, per: 'example' };
  return { spec, activation };
};

/** What an encoder of BERT's kind does in its own way. */
export interface BertTraits {
  readonly root: string;
  /** Row of the position table that the first token has. */
  readonly firstPosition: number;
  readonly pool: 'mean' | 'cls' | PoolHead;
  /** Width of the embeddings where a linear map leads from them to the layers. */
  readonly embeddingWidth?: number;
  readonly paths?: (layer: number) => LayerPaths;
  /** What is added to the attention logits of every layer: [1, heads, T, T]. */
  readonly logitsBias?: (forward: Forward, tokens: number) => tf.Tensor;
}

/** An encoder with learned positions and, where `type_vocab_size` is not 0, segment embeddings. */
export const bertLike = (config: z.infer<typeof bertConfig>, traits: BertTraits): Anatomy => {
  const { root, firstPosition, pool, logitsBias, embeddingWidth = config.hidden_size } = traits;
  const { hidden_size: width, num_hidden_layers: layers } = config;
  const stack: PostNorm = {
    layers,
    width,
    heads: config.num_attention_heads,
    ffnWidth: config.intermediate_size,
    activation: config.hidden_act,
    eps: config.layer_norm_eps,
    paths: traits.paths ?? ((layer) => bertLayerPaths(root, layer)),
  };
  const at = `${root}.embeddings`;
  const head = typeof pool === 'string' ? [] : [pool.spec];
  const typed = config.type_vocab_size > 0;
  const project: readonly LinearSpec[] =
    embeddingWidth === width ? [] : [linearsOf(0)(`${at}_project`, embeddingWidth, width)];
  const embed = (forward: Forward, batch: TokenBatch): tf.Tensor => {
    const words = lookUp(forward.weight(`${at}.word_embeddings.weight`), batch.ids);
    const places = positionsOf(batch, forward.weight(`${at}.position_embeddings.weight`), firstPosition);
    const sum = typed ? tf.add(words, segments(forward, `${at}.token_type_embeddings.weight`, batch)) : words;
    const normed = normAt(forward, `${at}.LayerNorm`, tf.add(sum, places), stack.eps);
    const embedded = forward.perturb('embedding', { path: at, layer: 0 }, normed);
    return project.reduce((x, { path }) => forward.linear(path, x), embedded);
  };
  const encode: Anatomy['encode'] = (forward, batch) => {
    const biases = new Map<number, tf.Tensor>();
    const biased = (bias: NonNullable<typeof logitsBias>, q: tf.Tensor4D, k: tf.Tensor4D): tf.Tensor => {
      const tokens = q.shape[2];
      const known = biases.get(tokens) ?? bias(forward, tokens);
      biases.set(tokens, known);
      return tf.add(plainLogits(q, k), known);
    };
    const layered: PostNorm = logitsBias ? { ...stack, logits: (_f, _l, q, k) => biased(logitsBias, q, k) } : stack;
    return postNormLayers(layered, forward, embed(forward, batch), textsOf(batch, paddingBias));
  };
  return {
    width,
    layers,
    maxTokens: config.max_position_embeddings - firstPosition,
    causal: false,
    norms: 'after',
    segments: config.type_vocab_size,
    linears: [...project, ...postNormLinears(stack), ...head],
    tensors: [
      table(`${at}.word_embeddings.weight`, config.vocab_size, embeddingWidth),
      table(`${at}.position_embeddings.weight`, config.max_position_embeddings, embeddingWidth),
      ...(typed ? [table(`${at}.token_type_embeddings.weight`, config.type_vocab_size, embeddingWidth)] : []),
      ...normTensors(`${at}.LayerNorm`, embeddingWidth),
      ...project.flatMap((spec) => linearTensors(spec)),
      ...postNormTensors(stack),
      ...head.flatMap((spec) => linearTensors(spec)),
    ],
    sites: (batch, tokens) => [
      embeddingSite(at, embeddingWidth, batch, tokens),
      ...postNormSites(stack, batch, tokens),
      outputSite(layers, width, batch),
    ],
    encode,
    pool: encoderPool(pool, layers),
  };
};
