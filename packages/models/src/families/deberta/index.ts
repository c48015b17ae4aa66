import { PLAIN_HEAD } from '../../class-head.ts';
import type { Forward, LinearSpec, TokenBatch } from '@lab/adapter';
import { tf } from '@lab/engine';
import { paddingBias, scores } from '../../parts/attention.ts';
import { lookUp, segments } from '../../parts/embed.ts';
import { encoderPool } from '../../parts/encoder-pool.ts';
import { normAt } from '../../parts/norm.ts';
import { positionsOf, textsOf } from '../../parts/texts.ts';
import {
  postNormLayers,
  postNormLinears,
  postNormSites,
  postNormTensors,
  type PostNorm,
} from '../../parts/post-norm.ts';
import {
  embeddingSite,
  linearsOf,
  linearTensors,
  normTensors,
  outputSite,
  table,
  type Anatomy,
  type Family,
} from '../anatomy.ts';
import { bertLayerPaths } from '../bert-layers.ts';
import { poolHead } from '../bert-like.ts';
import { debertaConfig, type DebertaConfig } from './config.ts';
import { disentangledLogits, distanceRows, relativeSpan, type Relative } from './relative.ts';

const EMBEDDINGS = 'deberta.embeddings';
const PROJECTION = `${EMBEDDINGS}.embed_proj`;
const paths = (layer: number) => bertLayerPaths('deberta', layer, ['query_proj', 'key_proj', 'value_proj']);

const relativeOf = (config: DebertaConfig): Relative => ({
  heads: config.num_attention_heads,
  eps: config.layer_norm_eps,
  buckets: Math.max(0, config.position_buckets),
  maxDistance: config.max_relative_positions < 1 ? config.max_position_embeddings : config.max_relative_positions,
  terms: config.terms,
  table: 'deberta.encoder.rel_embeddings.weight',
  ...(config.norm_rel_ebd.toLowerCase().includes('layer_norm') ? { norm: 'deberta.encoder.LayerNorm' } : {}),
});

/**
 * Which map projects the distances for a term: the content's own when keys are shared, else one of
 * its own.
 */
const positionPath = (layer: number, term: 'c2p' | 'p2c', shared: boolean): string => {
  const { query, key } = paths(layer);
  if (shared) return term === 'c2p' ? key : query;
  return `deberta.encoder.layer.${layer}.attention.self.${term === 'c2p' ? 'pos_key_proj' : 'pos_query_proj'}`;
};

const stackOf = (config: DebertaConfig): PostNorm => {
  const relative = relativeOf(config);
  const stack: PostNorm = {
    layers: config.num_hidden_layers,
    width: config.hidden_size,
    heads: config.num_attention_heads,
    ffnWidth: config.intermediate_size,
    activation: config.hidden_act,
    eps: config.layer_norm_eps,
    paths,
  };
  if (!config.relative_attention)
    return {
      ...stack,
      // Without positions the scale still counts the terms that the configuration names.
      logits: (_forward, _layer, q, k) => tf.mul(scores(q, k), 1 / Math.sqrt(q.shape[3] * (1 + config.terms.length))),
    };
  const normed = (forward: Forward) => (x: tf.Tensor) =>
    relative.norm === undefined ? x : normAt(forward, relative.norm, x, relative.eps);
  return {
    ...stack,
    logits: (forward, layer, q, k) =>
      disentangledLogits(q, k, relative, (term, order) =>
        forward.linear(
          positionPath(layer, term, config.share_att_key),
          distanceRows(forward, relative, q.shape[2], order, normed(forward)),
          'weights',
        ),
      ),
  };
};

/** Maps that exist only for positions. */
const positionLinears = (config: DebertaConfig): readonly LinearSpec[] =>
  config.relative_attention && !config.share_att_key
    ? Array.from({ length: config.num_hidden_layers }, (_, layer) =>
        config.terms.map((term): LinearSpec => ({
          path: positionPath(layer, term, false),
          layer,
          dIn: config.hidden_size,
          dOut: config.hidden_size,
          per: 'position',
        })),
      ).flat()
    : [];

/** Maps of the stack; those that positions share with tokens say so. */
const stackLinears = (config: DebertaConfig, stack: PostNorm): readonly LinearSpec[] => {
  const shared = config.relative_attention && config.share_att_key ? config.terms : [];
  return postNormLinears(stack).map((spec) =>
    shared.some((term) => positionPath(spec.layer, term, true) === spec.path) ? { ...spec, positions: true } : spec,
  );
};

const embeddingTensors = (config: DebertaConfig) => {
  const width = config.embedding_size ?? config.hidden_size;
  return [
    table(`${EMBEDDINGS}.word_embeddings.weight`, config.vocab_size, width),
    ...(config.position_biased_input
      ? [table(`${EMBEDDINGS}.position_embeddings.weight`, config.max_position_embeddings, width)]
      : []),
    ...(config.type_vocab_size > 0
      ? [table(`${EMBEDDINGS}.token_type_embeddings.weight`, config.type_vocab_size, width)]
      : []),
    ...normTensors(`${EMBEDDINGS}.LayerNorm`, config.hidden_size),
  ];
};

const relativeTensors = (config: DebertaConfig) => {
  if (!config.relative_attention) return [];
  const relative = relativeOf(config);
  return [
    table(relative.table, 2 * relativeSpan(relative), config.hidden_size),
    ...(relative.norm === undefined ? [] : normTensors(relative.norm, config.hidden_size)),
  ];
};

/** Embeddings, widened where they are narrower than the model, normed, and zero on padding. */
const embed =
  (config: DebertaConfig, projected: boolean) =>
  (forward: Forward, batch: TokenBatch): tf.Tensor => {
    const [size, tokens] = batch.ids.shape;
    const words = lookUp(forward.weight(`${EMBEDDINGS}.word_embeddings.weight`), batch.ids);
    const extras = [
      ...(config.position_biased_input
        ? [positionsOf(batch, forward.weight(`${EMBEDDINGS}.position_embeddings.weight`))]
        : []),
      ...(config.type_vocab_size > 0 ? [segments(forward, `${EMBEDDINGS}.token_type_embeddings.weight`, batch)] : []),
    ];
    const sum = extras.reduce<tf.Tensor>((x, extra) => tf.add(x, extra), words);
    const wide = projected ? forward.linear(PROJECTION, sum) : sum;
    const normed = normAt(forward, `${EMBEDDINGS}.LayerNorm`, wide, config.layer_norm_eps);
    return forward.perturb(
      'embedding',
      { path: EMBEDDINGS, layer: 0 },
      tf.mul(normed, tf.reshape(batch.valid, [size, tokens, 1])),
    );
  };

const anatomy = (config: DebertaConfig, pooling: 'cls' | 'mean' | 'classifier'): Anatomy => {
  const { hidden_size: width, num_hidden_layers: layers, embedding_size: narrow = width } = config;
  const stack = stackOf(config);
  const projection: readonly LinearSpec[] =
    narrow === width ? [] : [linearsOf(0)(PROJECTION, narrow, width, { bias: false })];
  const pool = pooling === 'classifier' ? poolHead('pooler.dense', width, layers, config.pooler_hidden_act) : pooling;
  const head = typeof pool === 'string' ? [] : [pool.spec];
  const extra = positionLinears(config);
  return {
    width,
    layers,
    maxTokens: config.max_position_embeddings,
    causal: false,
    norms: 'after',
    segments: config.type_vocab_size,
    linears: [...projection, ...stackLinears(config, stack), ...extra, ...head],
    tensors: [
      ...embeddingTensors(config),
      ...projection.flatMap((spec) => linearTensors(spec)),
      ...relativeTensors(config),
      ...postNormTensors(stack),
      ...[...extra, ...head].flatMap((spec) => linearTensors(spec)),
    ],
    sites: (batch, tokens) => [
      embeddingSite(EMBEDDINGS, width, batch, tokens),
      ...postNormSites(stack, batch, tokens),
      outputSite(layers, width, batch),
    ],
    encode: (forward, batch) =>
      postNormLayers(stack, forward, embed(config, projection.length > 0)(forward, batch), textsOf(batch, paddingBias)),
    pool: encoderPool(pool, layers),
  };
};

/**
 * DeBERTa-v2 and -v3 without convolution. `classifier`: the dense layer of the context pooler,
 * fine-tuned with a head.
 */
export const deberta: Family<'cls' | 'mean' | 'classifier'> = {
  name: 'deberta-v2',
  modelType: 'deberta-v2',
  prefix: 'deberta.',
  poolings: ['cls', 'mean', 'classifier'],
  pairs: 'cross-encoder',
  spanHead: true,
  classHeads: {
    classifier: { ...PLAIN_HEAD, before: ['pooler.dense'], modules: ['pooler', 'classifier'] },
  },
  describe: (config, { pooling }, where) => anatomy(debertaConfig(config, where), pooling),
};
