import type { ConfigPatch } from '@lab/runner';

/**
 * One budget of trainable parameters as every adapter of LoRA Dropout's tables meets it: LoRA's
 * rank, AdaLoRA's first and final rank, widths of the bottlenecks.
 */
export interface RowSizes {
  readonly lora: number;
  readonly adalora: readonly [first: number, final: number];
  readonly houlsby: number;
  readonly pfeiffer: number;
}

/**
 * The budgets of AdaLoRA's tables on DeBERTaV3-base, by the share of its 184 M parameters. LoRA's
 * ranks 2 and 8 and the final ranks are the paper's; widths were chosen from those it searched so
 * that the counts agree (.15, .30, .60 and 1.2 M); AdaLoRA starts at 1.5 times its final rank.
 */
export const shareBudgets = {
  '0.08%': { lora: 1, adalora: [2, 1], houlsby: 4, pfeiffer: 8 },
  '0.16%': { lora: 2, adalora: [3, 2], houlsby: 8, pfeiffer: 16 },
  '0.32%': { lora: 4, adalora: [6, 4], houlsby: 16, pfeiffer: 32 },
  '0.65%': { lora: 8, adalora: [12, 8], houlsby: 32, pfeiffer: 64 },
} as const satisfies { readonly [share: string]: RowSizes };

/**
 * LoRA Dropout's rate and samples. The values of its tables are not known; these are ours, from the
 * middle of the range that its Figure 5 shows (a rise, then a fall with p; a rise with N).
 */
export const dropout = { name: 'lora-dropout', p: 0.3, samples: 4 } as const;
const none = { name: 'none' } as const;

/** A row of Tables 1, 2 and 4: what it changes in a config, beside the task's own settings. */
export interface TableRow {
  readonly method: string;
  readonly config: ConfigPatch;
  /** Learning rate where the recipe's, which is for LoRA and AdaLoRA, does not fit. */
  readonly lr?: number;
}

/**
 * The rows in the paper's order. `ranks` is AdaLoRA's schedule on the task. Learning rates of the
 * first four rows are choices of ours from the grid that AdaLoRA's paper names for all methods.
 * LoRA's alpha is 16, a choice; LoRA and AdaLoRA act on all linear maps, as in AdaLoRA's paper.
 */
export const tableRows = (budget: RowSizes, ranks: ConfigPatch): readonly TableRow[] => {
  const lora = { name: 'lora', r: budget.lora, alpha: 16, target_modules: 'all-linear' };
  const [first, final] = budget.adalora;
  const adalora = {
    name: 'adalora',
    init_r: first,
    target_r: final,
    alpha: 16,
    target_modules: 'all-linear',
    ...ranks,
  };
  return [
    { method: 'Full FT', config: { adapter: { name: 'full' }, dropout: none }, lr: 3e-5 },
    { method: 'BitFit', config: { adapter: { name: 'bitfit' }, dropout: none }, lr: 5e-4 },
    { method: 'H-Adapter', config: { adapter: { name: 'houlsby', size: budget.houlsby }, dropout: none }, lr: 3e-4 },
    { method: 'P-Adapter', config: { adapter: { name: 'pfeiffer', size: budget.pfeiffer }, dropout: none }, lr: 3e-4 },
    { method: 'LoRA', config: { adapter: lora, dropout: none } },
    { method: 'LoRA + Dropout', config: { adapter: lora, dropout } },
    { method: 'AdaLoRA', config: { adapter: adalora, dropout: none } },
    { method: 'AdaLoRA + Dropout', config: { adapter: adalora, dropout } },
  ];
};
