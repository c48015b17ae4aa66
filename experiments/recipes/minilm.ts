import type { ConfigPatch } from '@lab/runner';

/**
 * What stands in for the papers' encoders on two cores overnight: all-MiniLM-L6-v2 (22 M
 * parameters, `scripts/setup/fetch-minilm.py` fetches it) on the official files. All values are
 * ours: the batch of the papers, three epochs, and a rate at which plain LoRA learns every task.
 */
export const minilm = {
  model: { name: 'minilm' },
  train: { batchSize: 32, lr: 2e-3, epochs: 3, maxTokens: 128 },
  select: 'best-validation',
  members: 4,
} as const satisfies ConfigPatch;

/** The GLUE tasks that fit a night, with all their training rows. */
export const overnight = ['rte', 'mrpc', 'cola', 'stsb'] as const;

/** SST-2's 67,349 rows are cut, evenly by class; its single sentences are short. */
export const shortSst2 = { name: 'sst2', subset: 5_000 } as const;

/** LoRA on all linear maps on one task, for an experiment of one adapter. */
export const onMiniLm = (task: (typeof overnight)[number]): ConfigPatch => ({
  ...minilm,
  dataset: { name: task },
  adapter: { name: 'lora', r: 8, alpha: 16 },
  dropout: { name: 'none' },
});
