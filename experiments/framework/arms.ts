import type { Arm, ConfigPatch } from '@lab/runner';

export const maskStructures = ['element', 'column', 'span'] as const;
export const dropoutPositions = ['dropkey', 'dropattention', 'hiddencut'] as const;

/** HiddenKey-minus with something added, as the rows of the paper's Table 1. */
const combined: { readonly [variant: string]: ConfigPatch } = {
  'hiddenkey-minus': { name: 'hiddenkey-minus' },
  hiddenkey: { name: 'hiddenkey', consistency: 'kl' },
  'hiddenkey-minus + JS': { name: 'hiddenkey', consistency: 'js' },
  'hiddenkey-minus + input': { name: 'hiddenkey-minus', inputP: 0.1 },
  'hiddenkey-minus + output': { name: 'hiddenkey-minus', outputP: 0.1 },
};

/** Position x structure x rate, one run each and seed. */
const space = (rates: readonly number[]): readonly Arm[] =>
  dropoutPositions.flatMap((position) =>
    maskStructures.flatMap((structure) =>
      rates.map((p) => ({
        labels: { variant: `${position} ${structure}`, position, structure, p },
        config: { dropout: { name: position, structure, p } },
      })),
    ),
  );

/**
 * The rows that the space leaves out, at one rate: plain LoRA, the combinations, and weight masks
 * of every other kind.
 */
const rows = (p: number): readonly Arm[] => [
  { labels: { variant: 'none' }, config: { dropout: { name: 'none' } } },
  ...Object.entries(combined).map(([variant, dropout]) => ({
    labels: { variant, p },
    config: { dropout: { ...dropout, p } },
  })),
];

/** Plain LoRA at other ranks (Figure 5); alpha = 2 r as in the base, so that the scale stays. */
const ranks = (values: readonly number[]): readonly Arm[] =>
  values.map((r) => ({
    labels: { variant: 'none, by rank', r },
    config: { dropout: { name: 'none' }, adapter: { name: 'lora', r, alpha: 2 * r } },
  }));

export const armsAt = (rates: readonly number[], rank: readonly number[]): readonly Arm[] => [
  ...rows(0.1),
  ...space(rates),
  ...ranks(rank),
];
