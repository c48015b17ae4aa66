import { z } from 'zod';
import { llamaConfig, llamaLike } from '../llama-like.ts';

const config = llamaConfig.extend({
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
});

/** LLaMA 2 and 3 (Touvron et al. 2023). TinyLlama and SmolLM have this architecture. */
export const llama = llamaLike('llama', config, ({ attention_bias, mlp_bias }) => ({
  biases: { projections: attention_bias, output: attention_bias, ffn: mlp_bias },
}));
