import type { Forward, TokenBatch } from '@lab/adapter';
import { tf } from '@lab/engine';
import { z } from 'zod';
import { PLAIN_HEAD } from '../../class-head.ts';
import { checkJson } from '../../checkpoint/json.ts';
import { ACTIVATION_NAMES } from '../../parts/activations.ts';
import { paddingBias } from '../../parts/attention.ts';
import { lookUp } from '../../parts/embed.ts';
import { encoderPool } from '../../parts/encoder-pool.ts';
import { normAt } from '../../parts/norm.ts';
import { positionsOf, textsOf } from '../../parts/texts.ts';
import {
  postNormLayers,
  postNormLinears,
  postNormSites,
  postNormTensors,
  type LayerPaths,
  type PostNorm,
} from '../../parts/post-norm.ts';
import { embeddingSite, linearTensors, normTensors, outputSite, table, type Family } from '../anatomy.ts';
import { poolHead } from '../bert-like.ts';

const size = z.number().int().min(1);
const distilbertConfig = z.object({
  vocab_size: size,
  dim: size,
  n_layers: size,
  n_heads: size,
  hidden_dim: size,
  max_position_embeddings: size,
  activation: z.enum(ACTIVATION_NAMES).default('gelu'),
});

const EPS = 1e-12;
const EMBEDDINGS = 'distilbert.embeddings';

const paths = (layer: number): LayerPaths => {
  const at = `distilbert.transformer.layer.${layer}`;
  return {
    attention: `${at}.attention`,
    query: `${at}.attention.q_lin`,
    key: `${at}.attention.k_lin`,
    value: `${at}.attention.v_lin`,
    output: `${at}.attention.out_lin`,
    attentionNorm: `${at}.sa_layer_norm`,
    ffn: `${at}.ffn`,
    intermediate: `${at}.ffn.lin1`,
    down: `${at}.ffn.lin2`,
    outputNorm: `${at}.output_layer_norm`,
  };
};

const embed = (forward: Forward, batch: TokenBatch): tf.Tensor => {
  const words = lookUp(forward.weight(`${EMBEDDINGS}.word_embeddings.weight`), batch.ids);
  const places = positionsOf(batch, forward.weight(`${EMBEDDINGS}.position_embeddings.weight`));
  const normed = normAt(forward, `${EMBEDDINGS}.LayerNorm`, tf.add(words, places), EPS);
  return forward.perturb('embedding', { path: EMBEDDINGS, layer: 0 }, normed);
};

/**
 * DistilBERT: BERT's layers without segments. `classifier`: the ReLU layer of a fine-tuned
 * classification head.
 */
export const distilbert: Family<'cls' | 'mean' | 'classifier'> = {
  name: 'distilbert',
  modelType: 'distilbert',
  prefix: 'distilbert.',
  poolings: ['cls', 'mean', 'classifier'],
  pairs: 'cross-encoder',
  spanHead: true,
  classHeads: {
    classifier: { ...PLAIN_HEAD, before: ['pre_classifier'], modules: ['pre_classifier', 'classifier'] },
  },
  describe: (config, { pooling }, where) => {
    const parsed = checkJson(config, distilbertConfig, where);
    const { dim: width, n_layers: layers } = parsed;
    const stack: PostNorm = {
      layers,
      width,
      heads: parsed.n_heads,
      ffnWidth: parsed.hidden_dim,
      activation: parsed.activation,
      eps: EPS,
      paths,
    };
    const pool = pooling === 'classifier' ? poolHead('pre_classifier', width, layers, 'relu') : pooling;
    const head = typeof pool === 'string' ? [] : [pool.spec];
    return {
      width,
      layers,
      maxTokens: parsed.max_position_embeddings,
      causal: false,
      norms: 'after',
      segments: 1,
      linears: [...postNormLinears(stack), ...head],
      tensors: [
        table(`${EMBEDDINGS}.word_embeddings.weight`, parsed.vocab_size, width),
        table(`${EMBEDDINGS}.position_embeddings.weight`, parsed.max_position_embeddings, width),
        ...normTensors(`${EMBEDDINGS}.LayerNorm`, width),
        ...postNormTensors(stack),
        ...head.flatMap((spec) => linearTensors(spec)),
      ],
      sites: (batch, tokens) => [
        embeddingSite(EMBEDDINGS, width, batch, tokens),
        ...postNormSites(stack, batch, tokens),
        outputSite(layers, width, batch),
      ],
      encode: (forward, batch) => postNormLayers(stack, forward, embed(forward, batch), textsOf(batch, paddingBias)),
      pool: encoderPool(pool, layers),
    };
  },
};
