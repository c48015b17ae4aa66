import { sizeOf, tf } from '@lab/engine';
import { normal } from '@lab/random';
import type { Law } from './law.ts';

/**
 * Factors from the normal law of mean 1 and variance p/(1-p), the mean and variance of inverted
 * dropout at rate p (Srivastava et al. 2014, section 10; Kingma et al. 2015). Factors may be
 * negative, so attention is not a place for them.
 */
export const gaussian: Law = {
  draw: (key, { shape, p }) => {
    const deviation = Math.sqrt(p / (1 - p));
    return { dtype: 'float32', shape, data: normal(key, sizeOf(shape)).map((z) => 1 + deviation * z) };
  },
  apply: (value, mask) => tf.mul(value, mask),
  usesRate: false,
  mean: { kind: 'everywhere', at: () => 1 },
  variance: { kind: 'everywhere', at: (p) => p / (1 - p) },
  refusal: ({ site, structure, compensation }) => {
    if (site.startsWith('attention.')) return 'a Gaussian factor may be negative, which attention weights may not';
    if (structure === 'span') return 'a run is dropped, not scaled; law "gaussian" has no spans';
    return compensation === 'none' ? undefined : 'a Gaussian factor has mean 1; compensation must be "none"';
  },
};
