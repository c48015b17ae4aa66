import type { LinearSpec } from '@lab/adapter';
import { as3d, tf } from '@lab/engine';
import { z } from 'zod';
import { checkJson } from '../../checkpoint/json.ts';
import { ACTIVATION_NAMES, ACTIVATIONS } from '../../parts/activations.ts';
import { decoderTexts, stepOf } from '../../parts/cache.ts';
import { decoderAnatomy, decoderLayers, type DecoderPaths, type DecoderStack } from '../../parts/decoder.ts';
import { lookUp } from '../../parts/embed.ts';
import { rmsNorm } from '../../parts/norm.ts';
import type { Anatomy, Family } from '../anatomy.ts';
import { DECODER_POOLINGS, type DecoderPooling } from '../decoder-pool.ts';
import { ropeAt, ropeFrequencies, ropeSchema, ropeTables, rotate, type Rotation } from './rope.ts';

const size = z.number().int().min(1);
const llamaConfig = z.object({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  max_position_embeddings: size,
  hidden_act: z.enum(ACTIVATION_NAMES).default('silu'),
  rms_norm_eps: z.number().positive().default(1e-6),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
});

type Config = z.infer<typeof llamaConfig> & {
  readonly heads: number;
  readonly groups: number;
  readonly headWidth: number;
  readonly frequencies: readonly number[];
};

const WORDS = 'model.embed_tokens.weight';
const FINAL_NORM = 'model.norm';

const paths = (layer: number): DecoderPaths => {
  const block = `model.layers.${layer}`;
  return {
    attention: `${block}.self_attn`,
    output: `${block}.self_attn.o_proj`,
    attentionNorm: `${block}.input_layernorm`,
    ffn: `${block}.mlp`,
    down: `${block}.mlp.down_proj`,
    ffnNorm: `${block}.post_attention_layernorm`,
  };
};

const read = (value: unknown, where: string): Config => {
  const parsed = checkJson(value, llamaConfig, where);
  const heads = parsed.num_attention_heads;
  const headWidth = parsed.head_dim ?? parsed.hidden_size / heads;
  const theta = parsed.rope_theta === undefined ? {} : { rope_theta: parsed.rope_theta };
  const rope = { ...theta, ...parsed.rope_scaling, ...parsed.rope_parameters };
  const frequencies = ropeFrequencies(rope, headWidth, parsed.max_position_embeddings, where);
  return { ...parsed, heads, groups: parsed.num_key_value_heads ?? heads, headWidth, frequencies };
};

const layerLinears = (config: Config, layer: number): readonly LinearSpec[] => {
  const { hidden_size: width, intermediate_size: inner, heads, groups, headWidth } = config;
  const { attention, output, ffn, down } = paths(layer);
  const linear = (path: string, dIn: number, dOut: number): LinearSpec => ({
    path,
    layer,
    dIn,
    dOut,
    per: 'token',
    bias: path.startsWith(ffn) ? config.mlp_bias : config.attention_bias,
  });
  return [
    linear(`${attention}.q_proj`, width, heads * headWidth),
    linear(`${attention}.k_proj`, width, groups * headWidth),
    linear(`${attention}.v_proj`, width, groups * headWidth),
    linear(output, heads * headWidth, width),
    linear(`${ffn}.gate_proj`, width, inner),
    linear(`${ffn}.up_proj`, width, inner),
    linear(down, inner, width),
  ];
};

/** The layers. `rope`: the rotations of texts of so many tokens. */
const stackOf = (config: Config, rope: (tokens: number) => Rotation): DecoderStack => ({
  layers: config.num_hidden_layers,
  paths,
  norms: 'before',
  norm: (forward, path, x) => rmsNorm(x, forward.weight(`${path}.weight`), config.rms_norm_eps),
  heads: config.heads,
  groups: config.groups,
  project: (forward, { path }, h) => {
    const map = (name: string) => forward.linear(`${path}.${name}`, h);
    return { q: map('q_proj'), k: map('k_proj'), v: map('v_proj') };
  },
  query: (q) => tf.mul(rotate(q, rope(q.shape[2])), 1 / Math.sqrt(config.headWidth)),
  key: (k) => rotate(k, rope(k.shape[2])),
  /** act(gate(x)) * up(x) (Shazeer 2020, Eq. 6). */
  inner: (forward, { path }, h) => {
    const gate = ACTIVATIONS[config.hidden_act](forward.linear(`${path}.gate_proj`, h));
    return tf.mul(gate, forward.linear(`${path}.up_proj`, h));
  },
});

const encode =
  (config: Config): Anatomy['encode'] =>
  (forward, batch) => {
    const step = stepOf(forward);
    const tables = new Map<number, Rotation>();
    const rope = (tokens: number): Rotation => {
      const known = tables.get(tokens);
      const { frequencies } = config;
      const made = known ?? (step ? ropeAt(frequencies, step.slots, step.position) : ropeTables(frequencies, tokens));
      tables.set(tokens, made);
      return made;
    };
    const words = lookUp(forward.weight(WORDS), batch.ids);
    const embedded = forward.perturb('embedding', { path: 'model', layer: 0 }, words);
    const last = decoderLayers(stackOf(config, rope), forward, embedded, decoderTexts(forward, batch));
    return as3d(rmsNorm(last, forward.weight(`${FINAL_NORM}.weight`), config.rms_norm_eps));
  };

/**
 * LLaMA 2 and 3: RMSNorm before each part, rotary positions, grouped queries, gated feed-forward.
 */
export const llama: Family<DecoderPooling> = {
  name: 'llama',
  modelType: 'llama',
  prefix: 'model.',
  poolings: DECODER_POOLINGS,
  pairs: 'cross-encoder',
  describe: (value, choice, where) => {
    const config = read(value, where);
    const { hidden_size: hidden, num_hidden_layers: layers, vocab_size: vocabulary } = config;
    const each = Array.from({ length: layers }, (_, layer) => layer);
    const norms = [...each.flatMap((layer) => [paths(layer).attentionNorm, paths(layer).ffnNorm]), FINAL_NORM];
    return decoderAnatomy(
      {
        layers,
        paths,
        encode: encode(config),
        linears: each.flatMap((layer) => layerLinears(config, layer)),
        others: norms.map((path) => ({ name: `${path}.weight`, shape: [hidden], stored: 'as-is' })),
        words: { table: WORDS, path: 'model', vocabulary, tied: config.tie_word_embeddings },
        maxTokens: config.max_position_embeddings,
        heads: config.heads,
        ffnWidth: config.intermediate_size,
        hidden,
      },
      choice,
    );
  },
};
