import type { ConfigPatch } from '@lab/runner';

/**
 * AdaLoRA's recipes (Zhang et al. 2023, arXiv 2303.10512, appendix), which LoRA Dropout says it
 * keeps. Learning rates, epochs and batches were recalled from the paper; averages of its table
 * were checked, these values were not. Budget schedules and lengths are from the authors' scripts,
 * also recalled.
 */
export interface AdaRecipe {
  /** Training examples of the official files. */
  readonly train: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly epochs: number;
  /** Weight of the orthogonality penalty. */
  readonly gamma: number;
  /** Steps before pruning begins, between prunings, and at the end with the final ranks. */
  readonly before: number;
  readonly between: number;
  readonly after: number;
  readonly maxTokens: number;
}

const glue = (
  train: number,
  [lr, epochs]: readonly [number, number],
  [gamma, before, between, after]: readonly [number, number, number, number],
  maxTokens: number,
): AdaRecipe => ({ train, batchSize: 32, lr, epochs, gamma, before, between, after, maxTokens });

/** GLUE, by task; batch 32. */
export const adaGlue = {
  mnli: glue(392_702, [5e-4, 7], [0.1, 8_000, 100, 50_000], 256),
  sst2: glue(67_349, [8e-4, 24], [0.1, 6_000, 100, 22_000], 128),
  cola: glue(8_551, [5e-4, 25], [0.5, 800, 10, 3_500], 64),
  qqp: glue(363_846, [5e-4, 5], [0.1, 8_000, 100, 25_000], 320),
  qnli: glue(104_743, [1.2e-3, 5], [0.1, 2_000, 100, 8_000], 512),
  rte: glue(2_490, [1.2e-3, 50], [0.3, 600, 1, 1_800], 320),
  mrpc: glue(3_668, [1e-3, 30], [0.1, 600, 1, 1_800], 320),
  stsb: glue(5_749, [2.2e-3, 25], [0.1, 800, 10, 2_000], 128),
} as const satisfies { readonly [task: string]: AdaRecipe };

/** SQuAD: batch 16, 384 tokens with a stride of 128. */
export const adaSquad = {
  squad: {
    train: 87_599,
    batchSize: 16,
    lr: 1e-3,
    epochs: 10,
    gamma: 0.1,
    before: 5_000,
    between: 100,
    after: 25_000,
    maxTokens: 384,
  },
  squad2: {
    train: 130_319,
    batchSize: 16,
    lr: 1e-3,
    epochs: 12,
    gamma: 0.1,
    before: 5_000,
    between: 100,
    after: 50_000,
    maxTokens: 384,
  },
} as const satisfies { readonly [task: string]: AdaRecipe };

/** The schedule of ranks as shares of the steps, which is how the adapter takes it. */
export const rankSchedule = ({ train, batchSize, epochs, gamma, before, between, after }: AdaRecipe): ConfigPatch => {
  const steps = Math.ceil(train / batchSize) * epochs;
  const share = (part: number): number => Number((part / steps).toFixed(4));
  return { tinit: share(before), tfinal: share(after), deltaT: between, orth_reg_weight: gamma };
};

/**
 * The training settings of a recipe. Weight decay .01 and the warm-up of .06 are choices of ours.
 */
export const trainingOf = ({ batchSize, lr, epochs, maxTokens }: AdaRecipe): ConfigPatch => ({
  batchSize,
  lr,
  epochs,
  maxTokens,
});
