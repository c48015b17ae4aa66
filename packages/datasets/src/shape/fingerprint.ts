import type { Example } from '../types.ts';

/**
 * One spelling for equal texts: Unicode NFKC, lower case, runs of white space as one blank,
 * trimmed.
 */
export const normalise = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();

/**
 * Equal for two examples whose inputs read the same; the pair, where there is one, counts in the
 * given order.
 */
export const fingerprint = ({ text, pair }: Pick<Example, 'text' | 'pair'>): string =>
  pair === undefined ? normalise(text) : `${normalise(text)}\u0000${normalise(pair)}`;

/** The first of every group of examples that read the same, in the given order. */
export const distinct = (examples: readonly Example[]): readonly Example[] => {
  const seen = new Set<string>();
  return examples.filter((example) => {
    const print = fingerprint(example);
    if (seen.has(print)) return false;
    seen.add(print);
    return true;
  });
};
