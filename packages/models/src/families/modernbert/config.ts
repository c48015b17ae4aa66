import { z } from 'zod';
import { ACTIVATION_NAMES } from '../../parts/activations.ts';
import { ropeSchema, type Rope } from '../../parts/rope.ts';

const size = z.number().int().min(1);
const KINDS = ['full_attention', 'sliding_attention'] as const;

const schema = z.object({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  max_position_embeddings: size,
  hidden_activation: z.enum(ACTIVATION_NAMES).default('gelu'),
  norm_eps: z.number().positive().default(1e-5),
  norm_bias: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  local_attention: size.default(128),
  layer_types: z.array(z.enum(KINDS)).nullish(),
  global_attn_every_n_layers: size.default(3),
  rope_parameters: z
    .object({ full_attention: ropeSchema.nullish(), sliding_attention: ropeSchema.nullish() })
    .nullish(),
  global_rope_theta: z.number().positive().default(160_000),
  local_rope_theta: z.number().positive().nullish(),
  classifier_pooling: z.enum(['cls', 'mean']).default('cls'),
  classifier_activation: z.enum(ACTIVATION_NAMES).default('gelu'),
  classifier_bias: z.boolean().default(false),
  initializer_range: z.number().positive().default(0.02),
});

/** ModernBERT's config.json, old keys or new, with the kind of attention of every layer. */
export const modernBertConfig = schema.transform((config) => ({
  ...config,
  layer_types:
    config.layer_types ??
    Array.from({ length: config.num_hidden_layers }, (_, layer) =>
      layer % config.global_attn_every_n_layers === 0 ? KINDS[0] : KINDS[1],
    ),
}));
export type ModernBertConfig = z.infer<typeof modernBertConfig>;

/** Rotary settings of layers that attend everywhere and of those that attend nearby. */
export const ropesOf = (config: ModernBertConfig): { readonly everywhere: Rope; readonly nearby: Rope } => ({
  everywhere: { rope_theta: config.global_rope_theta, ...config.rope_parameters?.full_attention },
  nearby: { rope_theta: config.local_rope_theta ?? 10_000, ...config.rope_parameters?.sliding_attention },
});
