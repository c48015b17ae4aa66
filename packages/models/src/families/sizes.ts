import { BadInput } from '@lab/records';

interface Range {
  readonly keys: readonly string[];
  readonly least: number;
  readonly most: number;
}

/**
 * Keys of config.json, as the families call them, and what a model that can be computed has there.
 */
const whole: readonly Range[] = [
  { keys: ['num_hidden_layers', 'n_layers', 'n_layer'], least: 1, most: 1000 },
  { keys: ['num_attention_heads', 'n_heads', 'n_head', 'num_key_value_heads'], least: 1, most: 4096 },
  { keys: ['hidden_size', 'dim', 'n_embd', 'embedding_size', 'word_embed_proj_dim'], least: 1, most: 2 ** 17 },
  { keys: ['intermediate_size', 'hidden_dim', 'n_inner', 'ffn_dim'], least: 1, most: 2 ** 20 },
  { keys: ['vocab_size', 'type_vocab_size'], least: 0, most: 2 ** 24 },
  { keys: ['max_position_embeddings', 'n_positions', 'n_ctx'], least: 1, most: 2 ** 24 },
];
const real: readonly Range[] = [
  { keys: ['layer_norm_eps', 'layer_norm_epsilon', 'rms_norm_eps', 'norm_eps'], least: 0, most: 0.1 },
];

/** A number under the first of some keys that the configuration has. */
const numberAt = (config: object, keys: readonly string[]): { readonly key: string; readonly value: number } | null => {
  for (const [key, value] of Object.entries(config))
    if (keys.includes(key) && typeof value === 'number') return { key, value };
  return null;
};

/**
 * Checks the sizes in a configuration before anything is made of them: counts that no machine can
 * hold, heads that do not divide the width, and an epsilon that drowns every number. What is no
 * number is left to the family. Throws `BadInput` that names the key.
 */
export const checkSizes = (config: object, where: string): void => {
  for (const { keys, least, most } of [...whole, ...real])
    for (const key of keys) {
      const value = numberAt(config, [key])?.value ?? least;
      if (!(value >= least && value <= most))
        throw new BadInput(`${where}: key "${key}" is ${value}; allowed: from ${least} to ${most}`);
    }
  const width = numberAt(config, ['hidden_size', 'dim', 'n_embd']);
  const heads = numberAt(config, ['num_attention_heads', 'n_heads', 'n_head']);
  const ownHead = numberAt(config, ['head_dim', 'attention_head_size']);
  if (width && heads && !ownHead && width.value % heads.value !== 0)
    throw new BadInput(
      `${where}: key "${heads.key}" is ${heads.value}, which does not divide the ${width.value} of "${width.key}"`,
    );
};
