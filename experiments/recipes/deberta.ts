import type { ConfigPatch } from '@lab/runner';
import { adaGlue, trainingOf } from './adalora.ts';
import { shareBudgets } from './table-rows.ts';

/**
 * DeBERTaV3-base as LoRA Dropout has it. Weight decay .01 and warm-up .06 are choices, and so are
 * the members of the ensemble: as many as samples in training, since the paper uses one letter for
 * both. Its Table 4 reads the checkpoint that is best on dev.
 */
export const debertaV3 = {
  model: { name: 'deberta-v3-base' },
  head: 'fine-tuning',
  train: { weightDecay: 0.01, warmup: 0.06 },
  select: 'best-validation',
  members: 4,
} as const satisfies ConfigPatch;

/** LoRA on all linear maps at the budget of Table 1, on one task of GLUE by AdaLoRA's recipe. */
export const onDeberta = (task: keyof typeof adaGlue): ConfigPatch => ({
  ...debertaV3,
  dataset: { name: task, protocol: 'dev-is-both' },
  adapter: { name: 'lora', r: shareBudgets['0.65%'].lora, alpha: 16, target_modules: 'all-linear' },
  dropout: { name: 'none' },
  train: { ...debertaV3.train, ...trainingOf(adaGlue[task]) },
});
