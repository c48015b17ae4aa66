import { sizeOf, tf } from '@lab/engine';
import { bernoulli, type Key } from '@lab/random';
import type { Law } from './law.ts';

/**
 * n coins: 0 (drop) with probability p, else 1. What is dropped at some p is dropped at every
 * larger p.
 */
export const coins = (key: Key, n: number, p: number): Uint8Array => bernoulli(key, n, p).map((dropped) => dropped ^ 1);

/** A mask of coins as numbers. */
export const asFactors = (mask: tf.Tensor): tf.Tensor => tf.cast(mask, 'float32');

/** Independent coins, each 0 with probability p, else 1. Nothing makes up for what is dropped. */
export const independentCoins: Law = {
  draw: (key, { shape, p }) => ({ dtype: 'bool', shape, data: coins(key, sizeOf(shape), p) }),
  apply: (value, mask) => tf.mul(value, asFactors(mask)),
  usesRate: false,
  mean: { kind: 'everywhere', at: (p) => 1 - p },
  variance: { kind: 'everywhere', at: (p) => p * (1 - p) },
  refusal: () => undefined,
};
