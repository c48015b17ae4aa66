import { describe } from '../../stats/describe.ts';
import { tInterval } from '../../stats/intervals/interval.ts';
import { fewestSeeds } from '../../stats/intervals/mean-interval.ts';

/**
 * What a band or bar spans: a 95 % interval of the mean where seeds suffice, else the lowest and
 * highest seed.
 */
export interface Spread {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly kind: 'interval' | 'range';
}

/** Centre and span of one setting over its seeds, or null without seeds. */
export const spread = (values: readonly number[]): Spread | null => {
  const s = describe(values);
  if (s === null) return null;
  const interval = s.n >= fewestSeeds ? tInterval(values) : null;
  return interval
    ? { mean: s.mean, low: interval.low, high: interval.high, n: s.n, kind: 'interval' }
    : { mean: s.mean, low: s.min, high: s.max, n: s.n, kind: 'range' };
};

/** Sentence for the caption: what the bands of these rows are. */
export const spreadNote = (what: string, kinds: readonly Spread['kind'][]): string => {
  const used = new Set(kinds);
  if (used.size === 2)
    return `${what}: 95 % t interval of the mean from ${fewestSeeds} seeds on, else lowest and highest seed.`;
  return used.has('interval')
    ? `${what}: 95 % t interval of the mean over seeds.`
    : `${what}: lowest and highest seed.`;
};
