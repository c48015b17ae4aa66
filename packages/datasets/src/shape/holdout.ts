import type { Key } from '@lab/random';
import type { Example } from '../types.ts';
import { shuffle } from './draw.ts';
import { fingerprint } from './fingerprint.ts';

/** An example list cut in two. */
interface Holdout {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
}

/** The usual size of a validation split made from train: a tenth, at most 1,000. */
export const usualValidation = (train: number): number => Math.min(1000, Math.floor(train / 10));

/**
 * Splits n examples off, chosen by the key, keeping train's order on both sides. Examples of one
 * group (by default those that read the same) never part, so nothing leaks; a group that would pass
 * n stays in train.
 */
export const holdOut = (
  key: Key,
  examples: readonly Example[],
  n: number,
  group: (example: Example) => string = fingerprint,
): Holdout => {
  if (n === 0) return { train: examples, validation: [] };
  const groups = new Map<string, number[]>();
  examples.forEach((example, i) => {
    const name = group(example);
    const members = groups.get(name);
    if (members) members.push(i);
    else groups.set(name, [i]);
  });
  const chosen = new Set<number>();
  for (const rows of shuffle(key, [...groups.values()])) {
    if (chosen.size + rows.length <= n) for (const row of rows) chosen.add(row);
    if (chosen.size === n) break;
  }
  return { train: examples.filter((_, i) => !chosen.has(i)), validation: examples.filter((_, i) => chosen.has(i)) };
};
