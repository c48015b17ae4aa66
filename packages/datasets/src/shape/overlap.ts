import type { Example, Splits } from '../types.ts';
import { fingerprint, normalise } from './fingerprint.ts';

/** What two splits share. */
export interface Overlap {
  readonly between: readonly [keyof Splits, keyof Splits];
  /**
   * Examples of the second split whose whole input (text and pair, in order) also stands in the
   * first.
   */
  readonly inputs: number;
  /** Of those, how many carry another label than in the first. */
  readonly contradictions: number;
  /**
   * Examples of the second split of which the text or the pair alone stands somewhere in the first.
   */
  readonly texts: number;
  /** Ids of the first few of `inputs`. */
  readonly examples: readonly string[];
}

const pairs: readonly (readonly [keyof Splits, keyof Splits])[] = [
  ['train', 'validation'],
  ['train', 'test'],
  ['validation', 'test'],
];

const sides = (example: Example): readonly string[] =>
  example.pair === undefined ? [normalise(example.text)] : [normalise(example.text), normalise(example.pair)];

const compare = (between: Overlap['between'], first: readonly Example[], second: readonly Example[]): Overlap => {
  const labels = new Map<string, Set<number>>();
  const texts = new Set<string>();
  for (const example of first) {
    const print = fingerprint(example);
    labels.set(print, (labels.get(print) ?? new Set()).add(example.label));
    for (const side of sides(example)) texts.add(side);
  }
  const shared = second.filter((example) => labels.has(fingerprint(example)));
  return {
    between,
    inputs: shared.length,
    contradictions: shared.filter((example) => labels.get(fingerprint(example))?.has(example.label) === false).length,
    texts: second.filter((example) => sides(example).some((side) => texts.has(side))).length,
    examples: shared.slice(0, 5).map(({ id }) => id),
  };
};

/**
 * Examples that stand in two splits, after lower case and white space are made equal. Three rows:
 * train-validation, train-test, validation-test. All zero means no leak; `texts` above zero is
 * normal in tasks that reuse a premise or a context.
 */
export const overlap = (splits: Splits): readonly Overlap[] =>
  pairs.map((between) => compare(between, splits[between[0]], splits[between[1]]));
