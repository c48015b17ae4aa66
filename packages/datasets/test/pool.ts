import { expect } from 'vitest';
import type { Example } from '../src/index.ts';
import { build, labelCounts } from './fixtures.ts';

/** Of what an example is made, by name: no two examples may share any of it. */
type Parts = (example: Example) => readonly string[];

/** A pool has `size` examples, half in each class, and uses nothing twice. */
export const expectPool = (pool: readonly Example[], size: number, parts: Parts): void => {
  expect(pool).toHaveLength(size);
  expect(labelCounts(pool, 2)).toEqual([size / 2, size / 2]);
  const all = pool.flatMap((example) => [...new Set(parts(example))]);
  expect(new Set(all).size).toBe(all.length);
};

/**
 * Splits of a pool share nothing and are balanced; another seed draws another train, and one test.
 */
export const expectSplits = async (name: string, parts: Parts): Promise<void> => {
  const sources = { cacheDir: 'unused' };
  const [a, b] = await Promise.all([build({ name }, sources), build({ name }, sources, 1)]);
  const of = (examples: readonly Example[]) => new Set(examples.flatMap(parts));
  const { train, validation, test } = a.splits;
  const [inTest, inTrain] = [of(test), of(train)];
  expect([...inTrain].filter((part) => inTest.has(part))).toEqual([]);
  expect([...of(validation)].filter((part) => inTrain.has(part) || inTest.has(part))).toEqual([]);
  expect(test).toEqual(b.splits.test);
  expect(train).not.toEqual(b.splits.train);
  for (const split of [train, validation, test]) {
    const [no, yes] = labelCounts(split, 2);
    expect(no).toBe(yes);
  }
};
