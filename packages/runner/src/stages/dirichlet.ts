import { fold, integer, normal, type Key } from '@lab/random';
import { itemAt } from '@lab/records';

/** A number strictly between 0 and 1. */
const open = (k: Key): number => (integer(k, 2 ** 32) + 0.5) / 2 ** 32;

/**
 * Logarithm of a draw from the gamma law of a shape above 0 and scale 1 (Marsaglia and Tsang 2000);
 * a shape below 1 goes through shape + 1. As a logarithm, since draws of small shapes underflow.
 */
export const logGammaDraw = (k: Key, shape: number): number => {
  if (shape < 1) return logGammaDraw(fold(k, 'more'), shape + 1) + Math.log(open(fold(k, 'power'))) / shape;
  const d = shape - 1 / 3;
  for (let attempt = 0; ; attempt++) {
    const at = fold(k, attempt);
    const x = itemAt(normal(fold(at, 'x'), 1), 0);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(open(fold(at, 'u'))) < (x * x) / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
};

/** A draw from the Dirichlet law of these concentrations, each above 0: shares that sum to one. */
export const dirichlet = (k: Key, concentrations: readonly number[]): readonly number[] => {
  const logs = concentrations.map((a, i) => logGammaDraw(fold(k, i), a));
  const most = Math.max(...logs);
  const sizes = logs.map((x) => Math.exp(x - most));
  const total = sizes.reduce((a, b) => a + b, 0);
  return sizes.map((x) => x / total);
};
