import type { LinearSpec } from '@lab/adapter';
import { as3d, tf } from '@lab/engine';
import { z } from 'zod';
import { SCORE_HEAD } from '../class-head.ts';
import { checkJson } from '../checkpoint/json.ts';
import { ACTIVATIONS, type Activation, ACTIVATION_NAMES } from '../parts/activations.ts';
import { decoderTexts, stepOf } from '../parts/cache.ts';
import { decoderAnatomy, decoderLayers, type DecoderPaths, type DecoderStack } from '../parts/decoder.ts';
import { lookUp } from '../parts/embed.ts';
import { rmsNorm } from '../parts/norm.ts';
import { byTokens, ropeAt, ropeFrequencies, ropeSchema, ropeTables, rotate, type Rotation } from '../parts/rope.ts';
import { linearsOf, type Anatomy, type Family } from './anatomy.ts';
import { DECODER_POOLINGS, type DecoderPooling } from './decoder-pool.ts';

const size = z.number().int().min(1);

/** The keys of config.json that LLaMA and its relatives share. */
export const llamaConfig = z.object({
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
  tie_word_embeddings: z.boolean().default(false),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
});
type Config = z.infer<typeof llamaConfig>;

/** What a relative of LLaMA does in its own way. */
export interface LlamaTraits {
  /** Which linear maps have a bias. */
  readonly biases: { readonly projections: boolean; readonly output: boolean; readonly ffn: boolean };
  /**
   * Tokens that a query sees, itself included, where that is limited. Texts are no longer than
   * this, so that every query sees all earlier tokens and nothing differs from full attention.
   */
  readonly window?: number;
  readonly activation?: Activation;
  /** Width of a head whose square root divides the logits; absent: the head's own. */
  readonly queryWidth?: number;
  /** Largest magnitude of attention logits: cap tanh(logits / cap). */
  readonly cap?: number;
  /** Largest magnitude of next-token logits. */
  readonly logitsCap?: number;
  /**
   * Gemma's habits: word vectors times sqrt(width), norms that multiply by 1 + weight, and a norm
   * of each part's output.
   */
  readonly gemma?: boolean;
}

const WORDS = 'model.embed_tokens.weight';
const FINAL_NORM = 'model.norm';

const pathsOf =
  (gemma: boolean) =>
  (layer: number): DecoderPaths => {
    const block = `model.layers.${layer}`;
    const common = {
      attention: `${block}.self_attn`,
      output: `${block}.self_attn.o_proj`,
      attentionNorm: `${block}.input_layernorm`,
      ffn: `${block}.mlp`,
      down: `${block}.mlp.down_proj`,
    };
    if (!gemma) return { ...common, ffnNorm: `${block}.post_attention_layernorm` };
    return {
      ...common,
      attentionOutputNorm: `${block}.post_attention_layernorm`,
      ffnNorm: `${block}.pre_feedforward_layernorm`,
      ffnOutputNorm: `${block}.post_feedforward_layernorm`,
    };
  };

/** A configuration with its traits, and sizes that follow from both. */
interface Shape {
  readonly config: Config;
  readonly traits: LlamaTraits;
  readonly paths: (layer: number) => DecoderPaths;
  readonly heads: number;
  readonly groups: number;
  readonly headWidth: number;
  readonly frequencies: readonly number[];
}

const shapeOf = (config: Config, traits: LlamaTraits, where: string): Shape => {
  const heads = config.num_attention_heads;
  const headWidth = config.head_dim ?? config.hidden_size / heads;
  const theta = config.rope_theta === undefined ? {} : { rope_theta: config.rope_theta };
  const rope = { ...theta, ...config.rope_scaling, ...config.rope_parameters };
  const frequencies = ropeFrequencies(rope, headWidth, config.max_position_embeddings, where);
  const paths = pathsOf(traits.gemma ?? false);
  return { config, traits, paths, heads, groups: config.num_key_value_heads ?? heads, headWidth, frequencies };
};

const layerLinears = ({ config, traits, paths, heads, groups, headWidth }: Shape, layer: number): LinearSpec[] => {
  const { hidden_size: width, intermediate_size: inner } = config;
  const { projections, output: outputBias, ffn: ffnBias } = traits.biases;
  const { attention, output, ffn, down } = paths(layer);
  const linear = linearsOf(layer);
  return [
    linear(`${attention}.q_proj`, width, heads * headWidth, { bias: projections }),
    linear(`${attention}.k_proj`, width, groups * headWidth, { bias: projections }),
    linear(`${attention}.v_proj`, width, groups * headWidth, { bias: projections }),
    linear(output, heads * headWidth, width, { bias: outputBias }),
    linear(`${ffn}.gate_proj`, width, inner, { bias: ffnBias }),
    linear(`${ffn}.up_proj`, width, inner, { bias: ffnBias }),
    linear(down, inner, width, { bias: ffnBias }),
  ];
};

const normOf =
  ({ config, traits }: Shape): DecoderStack['norm'] =>
  (forward, path, x) => {
    const weight = forward.weight(`${path}.weight`);
    return rmsNorm(x, traits.gemma ? tf.add(weight, 1) : weight, config.rms_norm_eps);
  };

/** The layers. `rope`: the rotations of texts of so many tokens. */
const stackOf = (shape: Shape, rope: (tokens: number) => Rotation): DecoderStack => {
  const { config, traits, paths, heads, groups, headWidth } = shape;
  const act = ACTIVATIONS[traits.activation ?? config.hidden_act];
  return {
    layers: config.num_hidden_layers,
    paths,
    norms: 'before',
    norm: normOf(shape),
    heads,
    groups,
    project: (forward, { path }, h) => {
      const map = (name: string) => forward.linear(`${path}.${name}`, h);
      return { q: map('q_proj'), k: map('k_proj'), v: map('v_proj') };
    },
    query: (q) => tf.mul(rotate(q, rope(q.shape[2])), 1 / Math.sqrt(traits.queryWidth ?? headWidth)),
    key: (k) => rotate(k, rope(k.shape[2])),
    /** act(gate(x)) * up(x) (Shazeer 2020, Eq. 6). */
    inner: (forward, { path }, h) =>
      tf.mul(act(forward.linear(`${path}.gate_proj`, h)), forward.linear(`${path}.up_proj`, h)),
    ...(traits.cap === undefined ? {} : { cap: traits.cap }),
  };
};

const encodeOf =
  (shape: Shape): Anatomy['encode'] =>
  (forward, batch) => {
    const step = stepOf(forward);
    const { config, traits, frequencies } = shape;
    const rope = step
      ? () => ropeAt(frequencies, step.slots, step.position)
      : (tokens: number) => ropeTables(frequencies, tokens);
    const words = lookUp(forward.weight(WORDS), batch.ids);
    const scaled = traits.gemma ? tf.mul(words, Math.sqrt(config.hidden_size)) : words;
    const embedded = forward.perturb('embedding', { path: 'model', layer: 0 }, scaled);
    return as3d(
      normOf(shape)(
        forward,
        FINAL_NORM,
        decoderLayers(stackOf(shape, byTokens(rope)), forward, embedded, decoderTexts(forward, batch)),
      ),
    );
  };

/**
 * LLaMA or a relative: RMSNorm before each part, rotary positions, grouped queries, gated
 * feed-forward. `traits` reads what is special from config.json.
 */
export const llamaLike = <C extends Config>(
  name: string,
  schema: z.ZodType<C>,
  traits: (config: C) => LlamaTraits,
): Family<DecoderPooling> => ({
  name,
  modelType: name,
  prefix: 'model.',
  poolings: DECODER_POOLINGS,
  pairs: 'cross-encoder',
  classHeads: { last: SCORE_HEAD },
  describe: (value, choice, where) => {
    const config = checkJson(value, schema, where);
    const shape = shapeOf(config, traits(config), where);
    const { hidden_size: hidden, num_hidden_layers: layers, vocab_size: vocabulary } = config;
    const each = Array.from({ length: layers }, (_, layer) => layer);
    const norms = each.flatMap((layer) => {
      const { attentionNorm, attentionOutputNorm, ffnNorm, ffnOutputNorm } = shape.paths(layer);
      return [attentionNorm, attentionOutputNorm, ffnNorm, ffnOutputNorm].flatMap((path) => path ?? []);
    });
    const { window = Infinity, logitsCap } = shape.traits;
    const anatomy = decoderAnatomy(
      {
        layers,
        paths: shape.paths,
        encode: encodeOf(shape),
        linears: each.flatMap((layer) => layerLinears(shape, layer)),
        others: [...norms, FINAL_NORM].map((path) => ({ name: `${path}.weight`, shape: [hidden], stored: 'as-is' })),
        words: { table: WORDS, path: 'model', vocabulary, tied: config.tie_word_embeddings },
        maxTokens: Math.min(config.max_position_embeddings, window),
        heads: shape.heads,
        ffnWidth: config.intermediate_size,
        hidden,
      },
      choice,
    );
    return logitsCap === undefined ? anatomy : { ...anatomy, logitsCap };
  },
});
