import { PLAIN_HEAD } from '../../class-head.ts';
import type { Forward, LinearSpec } from '@lab/adapter';
import { as3d, tf } from '@lab/engine';
import { checkJson } from '../../checkpoint/json.ts';
import { ACTIVATIONS } from '../../parts/activations.ts';
import { HIDDEN, paddingBias } from '../../parts/attention.ts';
import { decoderLayers, type DecoderPaths, type DecoderStack } from '../../parts/decoder.ts';
import { lookUp } from '../../parts/embed.ts';
import { encoderPool, type PoolHead } from '../../parts/encoder-pool.ts';
import { layerNorm } from '../../parts/norm.ts';
import { byTokens, ropeFrequencies, ropeTables, rotate, type Rope } from '../../parts/rope.ts';
import { textsOf } from '../../parts/texts.ts';
import {
  embeddingSite,
  layerSites,
  linearsOf,
  linearTensors,
  normTensors,
  outputSite,
  table,
  type Anatomy,
  type Family,
} from '../anatomy.ts';
import { modernBertConfig, ropesOf, type ModernBertConfig } from './config.ts';

const WORDS = 'model.embeddings.tok_embeddings.weight';
const EMBEDDING_NORM = 'model.embeddings.norm';
const FINAL_NORM = 'model.final_norm';
const HEAD_NORM = 'head.norm';

const paths = (layer: number): DecoderPaths => {
  const block = `model.layers.${layer}`;
  return {
    attention: `${block}.attn`,
    output: `${block}.attn.Wo`,
    attentionNorm: `${block}.attn_norm`,
    ffn: `${block}.mlp`,
    down: `${block}.mlp.Wo`,
    ffnNorm: `${block}.mlp_norm`,
  };
};

const layerLinears = (config: ModernBertConfig, layer: number): readonly LinearSpec[] => {
  const { hidden_size: width, intermediate_size: inner } = config;
  const { attention, output, ffn, down } = paths(layer);
  const linear = linearsOf(layer);
  const [inAttention, inFfn] = [{ bias: config.attention_bias }, { bias: config.mlp_bias }];
  return [
    linear(`${attention}.Wqkv`, width, 3 * width, { ...inAttention, parts: ['q', 'k', 'v'] }),
    linear(output, width, width, inAttention),
    linear(`${ffn}.Wi`, width, 2 * inner, inFfn),
    linear(down, inner, width, inFfn),
  ];
};

const normAt =
  ({ norm_bias, norm_eps }: ModernBertConfig) =>
  (forward: Forward, path: string, x: tf.Tensor): tf.Tensor =>
    layerNorm(x, forward.weight(`${path}.weight`), norm_bias ? forward.weight(`${path}.bias`) : tf.scalar(0), norm_eps);

/** Hides keys further from a query than `reach`: [1, 1, T, T]. */
const bandBias = (tokens: number, reach: number): tf.Tensor => {
  const values = Float32Array.from({ length: tokens * tokens }, (_, i) =>
    Math.abs((i % tokens) - Math.floor(i / tokens)) > reach ? HIDDEN : 0,
  );
  return tf.tensor4d(values, [1, 1, tokens, tokens]);
};

/** Rotary frequencies of layers that attend everywhere and of those that attend nearby. */
interface Frequencies {
  readonly everywhere: readonly number[];
  readonly nearby: readonly number[];
}

const encodeOf =
  (config: ModernBertConfig, frequencies: Frequencies): Anatomy['encode'] =>
  (forward, batch) => {
    const headWidth = config.hidden_size / config.num_attention_heads;
    const norm = normAt(config);
    const isLocal = (layer: number) => config.layer_types[layer] === 'sliding_attention';
    const rotations = {
      everywhere: byTokens((tokens) => ropeTables(frequencies.everywhere, tokens)),
      nearby: byTokens((tokens) => ropeTables(frequencies.nearby, tokens)),
    };
    const rotated = (x: tf.Tensor4D, layer: number) =>
      rotate(x, (isLocal(layer) ? rotations.nearby : rotations.everywhere)(x.shape[2]));
    const everywhere = textsOf(batch, paddingBias);
    const reach = Math.floor(config.local_attention / 2);
    const nearby = textsOf(batch, (valid) => tf.add(paddingBias(valid), bandBias(valid.shape[1], reach)));
    const stack: DecoderStack = {
      layers: config.num_hidden_layers,
      paths,
      norms: 'before',
      // The embeddings come normed, so the first layer has no norm of its own.
      norm: (pass, path, x) => (path === paths(0).attentionNorm ? x : norm(pass, path, x)),
      heads: config.num_attention_heads,
      project: (pass, { path }, h) => {
        const [q, k, v] = tf.split(pass.linear(`${path}.Wqkv`, h), 3, -1);
        if (!q || !k || !v) throw new Error(`${path}.Wqkv does not hold query, key and value`);
        return { q, k, v };
      },
      query: (q, { layer }) => tf.mul(rotated(q, layer), 1 / Math.sqrt(headWidth)),
      key: (k, { layer }) => rotated(k, layer),
      inner: (pass, { path }, h) => {
        const [input, gate] = tf.split(pass.linear(`${path}.Wi`, h), 2, -1);
        if (!input || !gate) throw new Error(`${path}.Wi does not hold input and gate`);
        return tf.mul(ACTIVATIONS[config.hidden_activation](input), gate);
      },
    };
    const words = norm(forward, EMBEDDING_NORM, lookUp(forward.weight(WORDS), batch.ids));
    const embedded = forward.perturb('embedding', { path: 'model.embeddings', layer: 0 }, words);
    const last = decoderLayers(stack, forward, embedded, (layer) => (isLocal(layer) ? nearby : everywhere));
    return as3d(norm(forward, FINAL_NORM, last));
  };

/** The dense layer, activation and norm that stand before a classifier. */
const headOf = (config: ModernBertConfig): PoolHead => ({
  spec: {
    path: 'head.dense',
    layer: config.num_hidden_layers - 1,
    dIn: config.hidden_size,
    dOut: config.hidden_size,
    per: 'example',
    bias: config.classifier_bias,
  },
  activation: config.classifier_activation,
  from: config.classifier_pooling,
  norm: (forward, x) => normAt(config)(forward, HEAD_NORM, x),
});

/**
 * ModernBERT (Warner et al. 2024): norms before each part, rotary positions, gated feed-forward,
 * local attention in most layers. `classifier`: the dense layer and norm of a fine-tuned
 * classification head.
 */
export const modernBert: Family<'cls' | 'mean' | 'classifier'> = {
  name: 'modernbert',
  modelType: 'modernbert',
  prefix: 'model.',
  poolings: ['cls', 'mean', 'classifier'],
  pairs: 'cross-encoder',
  classHeads: {
    classifier: { ...PLAIN_HEAD, before: ['head.dense', 'head.norm'], modules: ['head', 'classifier'] },
  },
  describe: (value, { pooling }, where) => {
    const config = checkJson(value, modernBertConfig, where);
    const { hidden_size: width, num_hidden_layers: layers, num_attention_heads: heads } = config;
    const head = pooling === 'classifier' ? headOf(config) : undefined;
    const ropes = ropesOf(config);
    const frequenciesOf = (rope: Rope) => ropeFrequencies(rope, width / heads, config.max_position_embeddings, where);
    const frequencies = { everywhere: frequenciesOf(ropes.everywhere), nearby: frequenciesOf(ropes.nearby) };
    const each = Array.from({ length: layers }, (_, layer) => layer);
    const linears = [...each.flatMap((layer) => layerLinears(config, layer)), ...(head ? [head.spec] : [])];
    const layerNorms = each.flatMap((layer) => [paths(layer).attentionNorm, paths(layer).ffnNorm]).slice(1);
    const norms = [EMBEDDING_NORM, ...layerNorms, FINAL_NORM, ...(head ? [HEAD_NORM] : [])];
    return {
      width,
      layers,
      maxTokens: config.max_position_embeddings,
      causal: false,
      segments: 1,
      linears,
      tensors: [
        table(WORDS, config.vocab_size, width),
        ...norms.flatMap((path) => normTensors(path, width).slice(0, config.norm_bias ? 2 : 1)),
        ...linears.flatMap((spec) => linearTensors(spec)),
      ],
      sites: (batch, tokens) => [
        embeddingSite('model.embeddings', width, batch, tokens),
        ...each.flatMap((layer) =>
          layerSites({ ...paths(layer), layer }, { heads, ffnWidth: config.intermediate_size, width }, batch, tokens),
        ),
        outputSite(layers, width, batch),
      ],
      encode: encodeOf(config, frequencies),
      pool: encoderPool(pooling === 'classifier' ? headOf(config) : pooling, layers),
      headStd: { dense: config.initializer_range / Math.sqrt(2 * layers), linear: 1 / Math.sqrt(width) },
    };
  },
};
