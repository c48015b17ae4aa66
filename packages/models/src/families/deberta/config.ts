import { BadInput } from '@lab/records';
import { z } from 'zod';
import { checkJson } from '../../checkpoint/json.ts';
import { ACTIVATION_NAMES } from '../../parts/activations.ts';

const size = z.number().int().min(1);

/** `c2p|p2c` or a list. */
const terms = z
  .union([z.string().transform((text) => text.split('|').map((word) => word.trim())), z.array(z.string())])
  .nullable()
  .default([])
  .transform((words) => words ?? []);

const schema = z.object({
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  max_position_embeddings: size,
  type_vocab_size: z.number().int().min(0).default(0),
  hidden_act: z.enum(ACTIVATION_NAMES).default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-7),
  relative_attention: z.boolean().default(false),
  max_relative_positions: z.number().int().default(-1),
  position_buckets: z.number().int().default(-1),
  norm_rel_ebd: z.string().default('none'),
  share_att_key: z.boolean().default(false),
  pos_att_type: terms,
  position_biased_input: z.boolean().default(true),
  embedding_size: size.optional(),
  attention_head_size: size.optional(),
  conv_kernel_size: z.number().int().default(0),
  pooler_hidden_act: z.enum(ACTIVATION_NAMES).default('gelu'),
});

export type DebertaConfig = z.infer<typeof schema> & { readonly terms: readonly ('c2p' | 'p2c')[] };

/**
 * Checks config.json of a DeBERTa-v2 or -v3. Throws `BadInput` for what is not computed here, the
 * convolution of v2-xlarge above all.
 */
export const debertaConfig = (config: unknown, where: string): DebertaConfig => {
  const parsed = checkJson(config, schema, where);
  if (parsed.conv_kernel_size > 0)
    throw new BadInput(`${where}: key "conv_kernel_size" is ${parsed.conv_kernel_size}; allowed: 0 (no convolution)`);
  if (
    parsed.attention_head_size !== undefined &&
    parsed.attention_head_size * parsed.num_attention_heads !== parsed.hidden_size
  )
    throw new BadInput(`${where}: key "attention_head_size" must be hidden_size / num_attention_heads`);
  const unknown = parsed.pos_att_type.find((term) => term !== 'c2p' && term !== 'p2c');
  if (unknown !== undefined) throw new BadInput(`${where}: key "pos_att_type" has "${unknown}"; allowed: c2p, p2c`);
  return { ...parsed, terms: (['c2p', 'p2c'] as const).filter((term) => parsed.pos_att_type.includes(term)) };
};
