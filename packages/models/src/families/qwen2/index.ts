import { z } from 'zod';
import { llamaConfig, llamaLike } from '../llama-like.ts';

const config = llamaConfig.extend({
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.number().int().min(1).nullish(),
});

/**
 * Qwen2 and Qwen2.5 (Qwen Team 2024): LLaMA with biases on q, k and v. With sliding windows texts
 * are at most a window long.
 */
export const qwen2 = llamaLike('qwen2', config, ({ use_sliding_window, sliding_window }) => ({
  biases: { projections: true, output: false, ffn: false },
  ...(use_sliding_window && sliding_window ? { window: sliding_window } : {}),
}));
