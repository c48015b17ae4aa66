import { z } from 'zod';
import { llamaConfig, llamaLike } from '../llama-like.ts';

/** transformers' sliding window where config.json names none. */
const DEFAULT_WINDOW = 4096;

const config = llamaConfig.extend({ sliding_window: z.number().int().min(1).nullable().default(DEFAULT_WINDOW) });

/** Mistral (Jiang et al. 2023): LLaMA with a sliding window. Texts are at most a window long. */
export const mistral = llamaLike('mistral', config, ({ sliding_window }) => ({
  biases: { projections: false, output: false, ffn: false },
  ...(sliding_window === null ? {} : { window: sliding_window }),
}));
