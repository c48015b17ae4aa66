import { itemAt } from '@lab/records';
import { fold, permutation, type Key } from '@lab/random';
import type { Example } from '../types.ts';

/** The examples in a random order named by the key. */
export const shuffle = <T>(key: Key, items: readonly T[]): readonly T[] =>
  Array.from(permutation(key, items.length), (at) => itemAt(items, at));

/**
 * A random order in which classes take turns: any prefix of 2n of a balanced two-class list holds n
 * of each, and a shorter prefix lies inside a longer one. Classes that run out drop out of the
 * turns. `classes` is the number of classes; labels are class indices.
 */
export const balancedOrder = (key: Key, examples: readonly Example[], classes: number): readonly Example[] => {
  const queues = Array.from({ length: classes }, (_, label) =>
    shuffle(
      fold(key, label),
      examples.filter((example) => example.label === label),
    ),
  );
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => queues.flatMap((queue) => queue.slice(turn, turn + 1))).flat();
};
