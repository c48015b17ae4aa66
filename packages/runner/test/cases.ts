import type { Case, Named } from './twenty.ts';

const family = (name: string, weights: string, options: Omit<Named, 'name'> = {}): Case => ({
  model: { name, ...options },
  weights,
  vocabulary: 23,
});
export const bert = family('bert', 'bert-pooler');

/** Tiny checkpoints of every family, and the embedded model. */
export const FAMILIES: readonly Case[] = [
  bert,
  family('roberta', 'roberta-regression', { pooling: 'cls' }),
  family('distilbert', 'distilbert', { pooling: 'cls' }),
  family('deberta-v2', 'deberta-v3', { pooling: 'cls' }),
  family('gpt2', 'gpt2-tied'),
  family('opt', 'opt-post-norm'),
  family('llama', 'llama-grouped'),
  { model: { name: 'use-lite' }, vocabulary: 8002 },
];

/** What a method must be told at this size; all others run with their defaults. */
export const OPTIONS: { readonly [method: string]: Omit<Named, 'name'> } = {
  clora: { k: 4 },
  custom: { noise: [{ site: 'lora.rank', structure: 'element', compensation: 'inverse', p: 0.2 }] },
};
