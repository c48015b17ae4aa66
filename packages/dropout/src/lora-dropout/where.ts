import type { Evaluate } from '../types.ts';

/**
 * The four bars of the paper's Figure 4: Drop is `both`, Drop_train `train`, Drop_test `test`;
 * NoDrop is the method `none`.
 */
export const WHERE = ['both', 'train', 'test'] as const;

/** Why a readout contradicts where the masks are; undefined where it does not. */
export const whereAllows = (where: (typeof WHERE)[number], readout: Evaluate['readout']): string | undefined => {
  const ensemble = readout.startsWith('ensemble');
  if (where === 'train' && ensemble)
    return (
      '"where": "train" leaves no masks for an ensemble at test; ' +
      `allowed: "deterministic", "mean-field"; got "${readout}"`
    );
  if (where === 'test' && !ensemble)
    return (
      '"where": "test" has masks in the ensemble only; ' +
      `allowed: "ensemble-logits", "ensemble-probabilities"; got "${readout}"`
    );
  return undefined;
};
