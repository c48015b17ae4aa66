import { stopGradient, tf } from '@lab/engine';
import type { Law } from './law.ts';

/** Kept attention weights may underflow; below this sum the row becomes zero instead of NaN. */
const SMALLEST_SUM = 1e-12;

/**
 * A law whose kept attention weights are divided by their sum over the keys, w / Σ w, so that they
 * sum to one again. With `stop` the sum is a constant to the gradient (DropAttention; LoRA Meets
 * Dropout, Eq. 2).
 */
export const normalised = (law: Law, { stop }: { readonly stop: boolean }): Law => ({
  ...law,
  apply: (value, mask, p) => {
    const kept = law.apply(value, mask, p);
    const sum = tf.maximum(tf.sum(kept, -1, true), SMALLEST_SUM);
    return tf.div(kept, stop ? stopGradient(sum) : sum);
  },
  refusal: (noise) =>
    noise.site === 'attention.weights'
      ? law.refusal(noise)
      : 'normalised compensation divides by the sum of kept attention weights, so it belongs to attention.weights',
});
