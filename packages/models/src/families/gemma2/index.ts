import { z } from 'zod';
import { ACTIVATION_NAMES } from '../../parts/activations.ts';
import { llamaConfig, llamaLike } from '../llama-like.ts';

const cap = z.number().positive().nullable();

const config = llamaConfig.extend({
  head_dim: z.number().int().min(1).default(256),
  hidden_activation: z.enum(ACTIVATION_NAMES).default('gelu_pytorch_tanh'),
  tie_word_embeddings: z.boolean().default(true),
  attention_bias: z.literal(false).default(false),
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: z.number().int().min(1).default(4096),
  attn_logit_softcapping: cap.default(50),
  final_logit_softcapping: cap.default(30),
});

/**
 * Gemma 2 (Gemma Team 2024): LLaMA with a norm on each part's output and bounded logits. Every
 * other layer has a sliding window, so texts are at most a window long.
 */
export const gemma2 = llamaLike('gemma2', config, (read) => ({
  biases: { projections: false, output: false, ffn: false },
  window: read.sliding_window,
  activation: read.hidden_activation,
  queryWidth: read.query_pre_attn_scalar,
  ...(read.attn_logit_softcapping === null ? {} : { cap: read.attn_logit_softcapping }),
  ...(read.final_logit_softcapping === null ? {} : { logitsCap: read.final_logit_softcapping }),
  gemma: true,
}));
