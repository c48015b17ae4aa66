import type { LinearSpec } from '@lab/adapter';
import { as3d, tf } from '@lab/engine';
import { z } from 'zod';
import { SCORE_HEAD } from '../../class-head.ts';
import { checkJson } from '../../checkpoint/json.ts';
import { ACTIVATION_NAMES, ACTIVATIONS } from '../../parts/activations.ts';
import { decoderTexts, decoderPositions } from '../../parts/cache.ts';
import { decoderAnatomy, decoderLayers, type DecoderPaths, type DecoderStack } from '../../parts/decoder.ts';
import { lookUp } from '../../parts/embed.ts';
import { normAt } from '../../parts/norm.ts';
import { linearsOf, normTensors, table, type Anatomy, type Family } from '../anatomy.ts';
import { DECODER_POOLINGS, type DecoderPooling } from '../decoder-pool.ts';

const size = z.number().int().min(1);
const optConfig = z.object({
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  ffn_dim: size,
  max_position_embeddings: size,
  word_embed_proj_dim: size.nullish(),
  activation_function: z.enum(ACTIVATION_NAMES).default('relu'),
  do_layer_norm_before: z.boolean().default(true),
  enable_bias: z.boolean().default(true),
  layer_norm_elementwise_affine: z.literal(true).default(true),
  _remove_final_layer_norm: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
});
type Config = z.infer<typeof optConfig>;

/** LayerNorm epsilon, which OPT leaves at its library's default. */
const EPS = 1e-5;
/** Rows of the position table that are never used. */
const FIRST_POSITION = 2;
const ROOT = 'model.decoder';
const WORDS = `${ROOT}.embed_tokens.weight`;
const POSITIONS = `${ROOT}.embed_positions.weight`;
const FINAL_NORM = `${ROOT}.final_layer_norm`;

const paths = (layer: number): DecoderPaths => {
  const block = `${ROOT}.layers.${layer}`;
  return {
    attention: `${block}.self_attn`,
    output: `${block}.self_attn.out_proj`,
    attentionNorm: `${block}.self_attn_layer_norm`,
    ffn: `${block}.ffn`,
    down: `${block}.fc2`,
    ffnNorm: `${block}.final_layer_norm`,
  };
};

/** The first map of a feed-forward part, which no folder of its own holds. */
const up = (layer: number): string => `${ROOT}.layers.${layer}.fc1`;

const layerLinears = (config: Config, layer: number): readonly LinearSpec[] => {
  const { hidden_size: width, ffn_dim: inner, enable_bias: bias } = config;
  const { attention, output, down } = paths(layer);
  const linear = linearsOf(layer);
  return [
    ...['q_proj', 'k_proj', 'v_proj'].map((name) => linear(`${attention}.${name}`, width, width, { bias })),
    linear(output, width, width, { bias }),
    linear(up(layer), width, inner, { bias }),
    linear(down, inner, width, { bias }),
  ];
};

/** OPT-350M's maps between a narrower embedding and the layers, without bias; none elsewhere. */
const projections = (config: Config): readonly LinearSpec[] => {
  const { hidden_size: width, num_hidden_layers, word_embed_proj_dim: narrow } = config;
  if (!narrow || narrow === width) return [];
  return [
    linearsOf(0)(`${ROOT}.project_in`, narrow, width, { bias: false }),
    linearsOf(num_hidden_layers - 1)(`${ROOT}.project_out`, width, narrow, { bias: false }),
  ];
};

const stackOf = (config: Config): DecoderStack => ({
  layers: config.num_hidden_layers,
  paths,
  norms: config.do_layer_norm_before ? 'before' : 'after',
  norm: (forward, path, x) => normAt(forward, path, x, EPS),
  heads: config.num_attention_heads,
  project: (forward, { path }, h) => {
    const map = (name: string) => forward.linear(`${path}.${name}`, h);
    return { q: map('q_proj'), k: map('k_proj'), v: map('v_proj') };
  },
  query: (q) => tf.mul(q, 1 / Math.sqrt(q.shape[3])),
  inner: (forward, { layer }, h) => ACTIVATIONS[config.activation_function](forward.linear(up(layer), h)),
});

const hasFinalNorm = (config: Config): boolean => config.do_layer_norm_before && !config._remove_final_layer_norm;

const encode =
  (config: Config, stack: DecoderStack): Anatomy['encode'] =>
  (forward, batch) => {
    const projected = projections(config).length > 0;
    const words = lookUp(forward.weight(WORDS), batch.ids);
    const wide = projected ? forward.linear(`${ROOT}.project_in`, words) : words;
    const places = decoderPositions(forward, batch, forward.weight(POSITIONS), FIRST_POSITION);
    const embedded = forward.perturb('embedding', { path: ROOT, layer: 0 }, tf.add(wide, places));
    const last = decoderLayers(stack, forward, embedded, decoderTexts(forward, batch));
    const normed = hasFinalNorm(config) ? normAt(forward, FINAL_NORM, last, EPS) : last;
    return as3d(projected ? forward.linear(`${ROOT}.project_out`, normed) : normed);
  };

/** OPT: GPT-like with ReLU; the 350M model norms after the residual and has narrower embeddings. */
export const opt: Family<DecoderPooling> = {
  name: 'opt',
  modelType: 'opt',
  prefix: 'model.',
  poolings: DECODER_POOLINGS,
  pairs: 'cross-encoder',
  classHeads: { last: SCORE_HEAD },
  describe: (value, choice, where) => {
    const config = checkJson(value, optConfig, where);
    const { hidden_size: hidden, max_position_embeddings: maxTokens, vocab_size: vocabulary } = config;
    const stack = stackOf(config);
    const layers = Array.from({ length: stack.layers }, (_, layer) => layer);
    const ends = projections(config);
    const norms = layers.flatMap((layer) => [paths(layer).attentionNorm, paths(layer).ffnNorm]);
    return decoderAnatomy(
      {
        layers: stack.layers,
        paths,
        norms: stack.norms,
        encode: encode(config, stack),
        linears: [...ends.slice(0, 1), ...layers.flatMap((layer) => layerLinears(config, layer)), ...ends.slice(1)],
        others: [
          table(POSITIONS, maxTokens + FIRST_POSITION, hidden),
          ...[...norms, ...(hasFinalNorm(config) ? [FINAL_NORM] : [])].flatMap((path) => normTensors(path, hidden)),
        ],
        words: { table: WORDS, path: ROOT, vocabulary, tied: config.tie_word_embeddings },
        maxTokens,
        heads: config.num_attention_heads,
        ffnWidth: config.ffn_dim,
        hidden,
        width: config.word_embed_proj_dim ?? hidden,
      },
      choice,
    );
  },
};
