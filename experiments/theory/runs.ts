import type { ConfigPatch } from '@lab/runner';

const base = {
  seed: 0,
  dataset: { name: 'imdb', train: 120, validation: 60, maxTest: 200 },
  model: { name: 'use-lite' },
  adapter: { name: 'lora', r: 8, alpha: 16 },
  train: { epochs: 5, batchSize: 16, lr: 2e-3, maxTokens: 32, evalEvery: 5 },
  members: 1,
} as const satisfies ConfigPatch;

/**
 * The trainings whose weights the theory checks look at: plain LoRA, and LoRA Dropout at p = .3
 * with two samples a step.
 */
export const theoryRuns = {
  rate: 0.3,
  plain: { ...base, dropout: { name: 'none' } },
  dropout: { ...base, dropout: { name: 'lora-dropout', p: 0.3, samples: 2 } },
} as const satisfies { readonly rate: number; readonly plain: ConfigPatch; readonly dropout: ConfigPatch };
