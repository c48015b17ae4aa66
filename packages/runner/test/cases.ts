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

/**
 * Tiny checkpoints of the families that came later: windows, soft caps, gates, relative positions.
 */
export const NEWER: readonly Case[] = [
  family('qwen2', 'qwen2'),
  family('mistral', 'mistral'),
  family('gemma2', 'gemma2'),
  family('xlm-roberta', 'xlm-roberta', { pooling: 'cls' }),
  family('electra', 'electra-narrow', { pooling: 'cls' }),
  family('mpnet', 'mpnet', { pooling: 'cls' }),
  family('modernbert', 'modernbert', { pooling: 'cls' }),
];

/** The other kinds of task, and the heads that go with them. */
export const HEADS: readonly Case[] = [
  { ...bert, learns: 'regression' },
  { ...bert, learns: 'pairs' },
  { ...family('gpt2', 'gpt2-tied', { lm: true }), learns: 'texts' },
  { ...family('llama', 'llama-grouped', { lm: true }), learns: 'texts' },
];

/** What a method must be told at this size; all others run with their defaults. */
export const OPTIONS: { readonly [method: string]: Omit<Named, 'name'> } = {
  clora: { k: 4 },
  custom: { noise: [{ site: 'lora.rank', structure: 'element', compensation: 'inverse', p: 0.2 }] },
};
