import { BadInput } from '@lab/records';
import { z } from 'zod';
import type { GgufHeader } from './header.ts';
import { metadataOf } from './metadata.ts';

const count = z.number().int().min(1);
const schema = z.object({
  block_count: count,
  context_length: count,
  embedding_length: count,
  feed_forward_length: count,
  'attention.head_count': count,
  'attention.head_count_kv': count.optional(),
  'attention.key_length': count.optional(),
  'attention.layer_norm_rms_epsilon': z.number().positive(),
  'rope.dimension_count': count.optional(),
  'rope.freq_base': z.number().positive().default(10_000),
  'rope.scaling.type': z.enum(['none', 'linear']).default('none'),
  'rope.scaling.factor': z.number().positive().optional(),
});

/**
 * Sizes of a LLaMA under the keys of its config.json. Throws `BadInput` for what the family does
 * not compute.
 */
export const llamaConfigOf = (header: GgufHeader) => {
  const meta = metadataOf(header, 'llama.', schema);
  const heads = meta['attention.head_count'];
  const headWidth = meta['attention.key_length'] ?? meta.embedding_length / heads;
  if ((meta['rope.dimension_count'] ?? headWidth) !== headWidth)
    throw new BadInput(
      `${header.file}: rotates ${meta['rope.dimension_count']} of ${headWidth} numbers a head; allowed: all`,
    );
  if (header.tensors.has('rope_freqs.weight'))
    throw new BadInput(`${header.file}: tensor rope_freqs.weight (scaled rotary frequencies) is not supported`);
  const words = header.tensors.get('token_embd.weight');
  if (!words) throw new BadInput(`${header.file}: tensor token_embd.weight is missing`);
  const factor = meta['rope.scaling.factor'] ?? 1;
  const scaling = meta['rope.scaling.type'] === 'linear' ? { rope_scaling: { rope_type: 'linear', factor } } : {};
  return {
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    vocab_size: words.shape[0] ?? 0,
    hidden_size: meta.embedding_length,
    intermediate_size: meta.feed_forward_length,
    num_hidden_layers: meta.block_count,
    num_attention_heads: heads,
    num_key_value_heads: meta['attention.head_count_kv'] ?? heads,
    head_dim: headWidth,
    max_position_embeddings: meta.context_length,
    hidden_act: 'silu',
    rms_norm_eps: meta['attention.layer_norm_rms_epsilon'],
    rope_theta: meta['rope.freq_base'],
    ...scaling,
    attention_bias: header.tensors.has('blk.0.attn_q.bias'),
    mlp_bias: header.tensors.has('blk.0.ffn_up.bias'),
    tie_word_embeddings: !header.tensors.has('output.weight'),
  };
};

const WHOLE: { readonly [stored: string]: string | undefined } = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};

const IN_BLOCK: { readonly [stored: string]: string | undefined } = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

/**
 * The name of transformers for a tensor of the file, or undefined: blk.3.attn_q.weight ->
 * model.layers.3.self_attn.q_proj.weight.
 */
export const llamaName = (stored: string): string | undefined => {
  const [, layer, part = '', kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(stored) ?? [];
  const name = layer === undefined ? WHOLE[part] : IN_BLOCK[part];
  if (name === undefined) return undefined;
  return layer === undefined ? `${name}.${kind}` : `model.layers.${layer}.${name}.${kind}`;
};

/**
 * Rows as transformers has them. A GGUF file of a LLaMA holds the two rotated halves of each head
 * of q and k in turn (0, d / 2, 1, d / 2 + 1, ...); transformers holds the first half, then the
 * second. data: [heads * d, columns] or [heads * d].
 */
export const halvesApart = (data: Float32Array, heads: number, rows: number): Float32Array => {
  const columns = data.length / rows;
  const d = rows / heads;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const within = row % d;
    const from = row - within + 2 * (within % (d / 2)) + Math.floor(within / (d / 2));
    out.set(data.subarray(from * columns, (from + 1) * columns), row * columns);
  }
  return out;
};
