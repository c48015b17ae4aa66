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
const gpt2Config = z.object({
  vocab_size: size,
  n_embd: size,
  n_layer: size,
  n_head: size,
  n_positions: size,
  n_inner: size.nullable().default(null),
  activation_function: z.enum(ACTIVATION_NAMES).default('gelu_new'),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  add_cross_attention: z.literal(false).default(false),
  tie_word_embeddings: z.boolean().default(true),
});
type Config = z.infer<typeof gpt2Config>;

const ROOT = 'transformer';
const FINAL_NORM = `${ROOT}.ln_f`;
const WORDS = `${ROOT}.wte.weight`;
const POSITIONS = `${ROOT}.wpe.weight`;

const paths = (layer: number): DecoderPaths => {
  const block = `${ROOT}.h.${layer}`;
  return {
    attention: `${block}.attn`,
    output: `${block}.attn.c_proj`,
    attentionNorm: `${block}.ln_1`,
    ffn: `${block}.mlp`,
    down: `${block}.mlp.c_proj`,
    ffnNorm: `${block}.ln_2`,
  };
};

const innerWidth = ({ n_embd, n_inner }: Config): number => n_inner ?? 4 * n_embd;

const layerLinears = (config: Config, layer: number): readonly LinearSpec[] => {
  const { n_embd: width } = config;
  const { attention, output, ffn, down } = paths(layer);
  const linear = linearsOf(layer);
  return [
    linear(`${attention}.c_attn`, width, 3 * width, { parts: ['q', 'k', 'v'] }),
    linear(output, width, width),
    linear(`${ffn}.c_fc`, width, innerWidth(config)),
    linear(down, innerWidth(config), width),
  ];
};

/** What queries are multiplied with. */
const scaleOf = (config: Config, layer: number): number =>
  (config.scale_attn_weights ? 1 / Math.sqrt(config.n_embd / config.n_head) : 1) /
  (config.scale_attn_by_inverse_layer_idx ? layer + 1 : 1);

const stackOf = (config: Config): DecoderStack => ({
  layers: config.n_layer,
  paths,
  norms: 'before',
  norm: (forward, path, x) => normAt(forward, path, x, config.layer_norm_epsilon),
  heads: config.n_head,
  project: (forward, { path }, h) => {
    const [q, k, v] = tf.split(forward.linear(`${path}.c_attn`, h), 3, -1);
    if (!q || !k || !v) throw new Error(`${path}.c_attn does not hold query, key and value`);
    return { q, k, v };
  },
  query: (q, { layer }) => tf.mul(q, scaleOf(config, layer)),
  inner: (forward, { path }, h) => ACTIVATIONS[config.activation_function](forward.linear(`${path}.c_fc`, h)),
});

const encode =
  (config: Config, stack: DecoderStack): Anatomy['encode'] =>
  (forward, batch) => {
    const words = lookUp(forward.weight(WORDS), batch.ids);
    const sum = tf.add(words, decoderPositions(forward, batch, forward.weight(POSITIONS)));
    const embedded = forward.perturb('embedding', { path: ROOT, layer: 0 }, sum);
    const last = decoderLayers(stack, forward, embedded, decoderTexts(forward, batch));
    return as3d(normAt(forward, FINAL_NORM, last, config.layer_norm_epsilon));
  };

/**
 * GPT-2: pre-norm, learned positions, one fused map for query, key and value (stored [d_in,
 * d_out]).
 */
export const gpt2: Family<DecoderPooling> = {
  name: 'gpt2',
  modelType: 'gpt2',
  prefix: 'transformer.',
  poolings: DECODER_POOLINGS,
  pairs: 'cross-encoder',
  classHeads: { last: SCORE_HEAD },
  describe: (value, choice, where) => {
    const config = checkJson(value, gpt2Config, where);
    const { n_embd: width, n_positions: maxTokens, vocab_size: vocabulary, tie_word_embeddings: tied } = config;
    const stack = stackOf(config);
    const layers = Array.from({ length: stack.layers }, (_, layer) => layer);
    const norms = [...layers.flatMap((layer) => [paths(layer).attentionNorm, paths(layer).ffnNorm]), FINAL_NORM];
    return decoderAnatomy(
      {
        layers: stack.layers,
        paths,
        norms: stack.norms,
        encode: encode(config, stack),
        linears: layers.flatMap((layer) => layerLinears(config, layer)),
        stored: 'as-is',
        others: [table(POSITIONS, maxTokens, width), ...norms.flatMap((path) => normTensors(path, width))],
        words: { table: WORDS, path: ROOT, vocabulary, tied },
        maxTokens,
        heads: config.n_head,
        ffnWidth: innerWidth(config),
        hidden: width,
      },
      choice,
    );
  },
};
