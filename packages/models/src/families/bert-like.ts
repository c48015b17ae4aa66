import type { Forward, LinearSpec, TokenBatch } from '@lab/adapter';
import { tf } from '@lab/engine';
import { z } from 'zod';
import { ACTIVATION_NAMES, type Activation } from '../parts/activations.ts';
import { paddingBias } from '../parts/attention.ts';
import { lookUp, segments } from '../parts/embed.ts';
import { encoderPool, type PoolHead } from '../parts/encoder-pool.ts';
import { normAt } from '../parts/norm.ts';
import { positionsOf, textsOf } from '../parts/texts.ts';
import { postNormLayers, postNormLinears, postNormSites, postNormTensors, type PostNorm } from '../parts/post-norm.ts';
import { embeddingSite, linearTensors, normTensors, outputSite, table, type Anatomy } from './anatomy.ts';
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

/**
 * An encoder with learned positions, the first token's at row `firstPosition` of the table, and
 * segment embeddings.
 */
export const bertLike = (
  config: z.infer<typeof bertConfig>,
  {
    root,
    firstPosition,
    pool,
  }: { readonly root: string; readonly firstPosition: number; readonly pool: 'mean' | 'cls' | PoolHead },
): Anatomy => {
  const { hidden_size: width, num_hidden_layers: layers } = config;
  const stack: PostNorm = {
    layers,
    width,
    heads: config.num_attention_heads,
    ffnWidth: config.intermediate_size,
    activation: config.hidden_act,
    eps: config.layer_norm_eps,
    paths: (layer) => bertLayerPaths(root, layer),
  };
  const at = `${root}.embeddings`;
  const head = typeof pool === 'string' ? [] : [pool.spec];
  const embed = (forward: Forward, batch: TokenBatch): tf.Tensor => {
    const words = lookUp(forward.weight(`${at}.word_embeddings.weight`), batch.ids);
    const places = positionsOf(batch, forward.weight(`${at}.position_embeddings.weight`), firstPosition);
    const kinds = segments(forward, `${at}.token_type_embeddings.weight`, batch);
    const normed = normAt(forward, `${at}.LayerNorm`, tf.add(tf.add(words, kinds), places), stack.eps);
    return forward.perturb('embedding', { path: at, layer: 0 }, normed);
  };
  return {
    width,
    layers,
    maxTokens: config.max_position_embeddings - firstPosition,
    causal: false,
    segments: config.type_vocab_size,
    linears: [...postNormLinears(stack), ...head],
    tensors: [
      table(`${at}.word_embeddings.weight`, config.vocab_size, width),
      table(`${at}.position_embeddings.weight`, config.max_position_embeddings, width),
      table(`${at}.token_type_embeddings.weight`, config.type_vocab_size, width),
      ...normTensors(`${at}.LayerNorm`, width),
      ...postNormTensors(stack),
      ...head.flatMap((spec) => linearTensors(spec)),
    ],
    sites: (batch, tokens) => [
      embeddingSite(at, width, batch, tokens),
      ...postNormSites(stack, batch, tokens),
      outputSite(layers, width, batch),
    ],
    encode: (forward, batch) => postNormLayers(stack, forward, embed(forward, batch), textsOf(batch, paddingBias)),
    pool: encoderPool(pool, layers),
  };
};
