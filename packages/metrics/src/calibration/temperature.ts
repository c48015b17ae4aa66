import { itemAt } from '@lab/records';
import { softmax, type Logits } from '../softmax.ts';

const bounds = [0.01, 100] as const;

/** Logits over a temperature: above 1 softens, below 1 sharpens. */
export const atTemperature = (logits: Logits, temperature: number): number[][] =>
  logits.map((row) => row.map((value) => value / temperature));

/**
 * Slope of the mean NLL in the inverse temperature: mean over examples of the expected logit minus
 * the label's.
 */
const slope = (logits: Logits, labels: readonly number[], inverse: number): number =>
  logits.reduce((sum, row, i) => {
    const p = softmax(row.map((value) => value * inverse));
    return (
      sum + row.reduce((expected, value, c) => expected + itemAt(p, c) * value, 0) - itemAt(row, itemAt(labels, i))
    );
  }, 0) / logits.length;

/**
 * The temperature with the least NLL on held-out examples (Guo et al. 2017, section 4.2), within
 * [0.01, 100]. NLL is convex in the inverse temperature, so bisection of its slope finds the one
 * minimum; where it lies outside (all right: 0.01; worse than chance: 100) the bound is given. Null
 * without examples. Fit on validation, never on test.
 */
export const fitTemperature = (logits: Logits, labels: readonly number[]): number | null => {
  if (logits.length === 0) return null;
  let [low, high] = [Math.log(1 / bounds[1]), Math.log(1 / bounds[0])];
  if (slope(logits, labels, Math.exp(low)) >= 0) return bounds[1];
  if (slope(logits, labels, Math.exp(high)) <= 0) return bounds[0];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (slope(logits, labels, Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return Math.exp(-(low + high) / 2);
};
