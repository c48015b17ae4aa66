import { bernoulli, fold, type Key } from '@lab/random';
import { needsKey } from './check.ts';
import { keepOneKey } from './guard.ts';
import { rateAt } from './rate.ts';
import { dropSpan, spanWindow } from './span.ts';
import { kindOf } from './structure.ts';
import type { DrawContext, DrawnMask, PlannedMask } from './types.ts';
import { validTokens } from './window.ts';

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** n coins: 0 (drop) with probability p, else 1. What falls at some p falls at every larger p. */
const kept = (key: Key, n: number, p: number): Uint8Array => {
  const coins = bernoulli(key, n, p);
  for (let i = 0; i < n; i++) coins[i]! ^= 1;
  return coins;
};

/** The axis that tokens lie on: keys of an attention mask, else the axis after the batch. */
export const tokenAxis = ({ site }: PlannedMask): number => (kindOf(site) === 'attention' ? 3 : 1);

const drawSpans = (planned: PlannedMask, p: number, key: Key, { lengths, causal }: DrawContext): Uint8Array => {
  const { maskShape, noise } = planned;
  const tokens = maskShape[tokenAxis(planned)]!;
  const valid = validTokens(maskShape[0]!, tokens, lengths);
  const keep = new Uint8Array(size(maskShape)).fill(1);
  const rows = keep.length / tokens;
  for (let row = 0; row < rows; row++) {
    const n = valid[Math.floor((row * valid.length) / rows)]!;
    dropSpan(keep, row * tokens, n, p, spanWindow(n, needsKey(noise), causal), fold(key, row));
  }
  return keep;
};

/** One mask, pure in its key. */
export const drawMask = (planned: PlannedMask, key: Key, context: DrawContext): DrawnMask => {
  const { name, noise, maskShape } = planned;
  const p = rateAt(noise.p, planned.place.layer, context.progress);
  const drawn = (): Uint8Array => {
    if (noise.structure === 'span') return drawSpans(planned, p, key, context);
    const keep = kept(key, size(maskShape), p);
    if (!needsKey(noise)) return keep;
    const valid = validTokens(maskShape[0]!, maskShape[3]!, context.lengths);
    return keepOneKey(keep, maskShape, valid, context.causal, fold(key, 'guard'));
  };
  return { name, shape: maskShape, keep: drawn() };
};

/**
 * Draws every planned mask on the host. The key of a mask is folded from its site, its path and its position among the site's
 * noises, so a mask does not change when noise is added elsewhere.
 */
export const drawMasks = (plan: readonly PlannedMask[], key: Key, context: DrawContext): readonly DrawnMask[] =>
  plan.map((planned) => {
    const own = fold(fold(fold(key, planned.site), planned.place.path), planned.index);
    return drawMask(planned, own, context);
  });
