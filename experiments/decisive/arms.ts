import type { Arm, ConfigPatch, Knob, TuningPlan } from '@lab/runner';

/** Plain LoRA, the papers' methods, and LoRA Dropout with one mask a step instead of four. */
const methods = {
  none: { dropout: { name: 'none' } },
  'lora-input': { dropout: { name: 'lora-input', p: 0.1 } },
  'lora-dropout': { dropout: { name: 'lora-dropout', p: 0.3, samples: 4 } },
  'lora-dropout, N = 1': { dropout: { name: 'lora-dropout', p: 0.3, samples: 1 } },
  'hiddenkey-minus': { dropout: { name: 'hiddenkey-minus', p: 0.1 } },
  hiddenkey: { dropout: { name: 'hiddenkey', p: 0.1, lambda: 0.2 } },
} as const satisfies { readonly [method: string]: ConfigPatch };

/**
 * Plain LoRA with its own regularisers instead of dropout: what a claim of regularisation has to
 * beat. Rank and weight decay are searched, early stopping selects by validation loss.
 */
const controls = {
  'early stopping': { ...methods.none, select: 'early-stopping' },
  rank: methods.none,
  'weight decay': methods.none,
} as const satisfies { readonly [control: string]: ConfigPatch };

export const controlNames = Object.keys(controls);

export const arms: readonly Arm[] = Object.entries({ ...methods, ...controls }).map(([method, config]) => ({
  labels: { method },
  config,
}));

const rates: Knob = { low: 0.05, high: 0.5, scale: 'linear' };
const smallRates: Knob = { low: 0.02, high: 0.3, scale: 'linear' };

/**
 * Equal budgets for every arm: as many settings, the learning rate first, then the arm's own knobs.
 * After two epochs the better third goes on.
 */
export const tuningOf = (trials: number, seeds: readonly number[]): TuningPlan => ({
  how: 'random',
  trials,
  seeds: [...seeds],
  shared: { 'train.lr': { low: 2e-4, high: 2e-2, scale: 'log' } },
  own: {
    'lora-input': { 'dropout.p': rates },
    'lora-dropout': { 'dropout.p': rates },
    'lora-dropout, N = 1': { 'dropout.p': rates },
    'hiddenkey-minus': { 'dropout.p': smallRates },
    hiddenkey: { 'dropout.p': smallRates, 'dropout.lambda': { low: 0.02, high: 2, scale: 'log' } },
    rank: { 'adapter.r': [1, 2, 4, 8] },
    'weight decay': { 'train.weightDecay': { low: 0.001, high: 1, scale: 'log' } },
  },
  rungs: [2],
  keep: 1 / 3,
});
