import { describe, expect, it } from 'vitest';
import { build, labelCounts } from '../../../test/fixtures.ts';
import type { Example } from '../../types.ts';
import { sameSensePool } from './pool.ts';

const sources = { cacheDir: 'unused' };

/** Word, synsets and sentences of a pair. */
const parts = ({ id, text, pair }: Example): string[] => {
  const [, word, first, second] = id.split(':');
  return [`word ${word!}`, `synset ${first!}`, `synset ${second!}`, `sentence ${text}`, `sentence ${pair!}`];
};

describe('same-sense', () => {
  it('has the pool of its card, half in each class, nothing used in two pairs', async () => {
    const pool = await sameSensePool();
    expect(pool).toHaveLength(4282);
    expect(labelCounts(pool, 2)).toEqual([4282 / 2, 4282 / 2]);
    const all = pool.flatMap((example) => [...new Set(parts(example))]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('shares nothing between splits, keeps test fixed and balances every split', async () => {
    const [a, b] = await Promise.all([
      build({ name: 'same-sense' }, sources),
      build({ name: 'same-sense' }, sources, 1),
    ]);
    const of = (examples: readonly Example[]) => new Set(examples.flatMap(parts));
    const [train, validation, test] = [a.splits.train, a.splits.validation, a.splits.test].map(of);
    expect([...train!].filter((part) => test!.has(part))).toEqual([]);
    expect([...validation!].filter((part) => train!.has(part) || test!.has(part))).toEqual([]);
    expect(a.splits.test).toEqual(b.splits.test);
    expect(a.splits.train).not.toEqual(b.splits.train);
    for (const split of [a.splits.train, a.splits.validation, a.splits.test]) {
      const [no, yes] = labelCounts(split, 2);
      expect(no).toBe(yes);
    }
  });

  it('labels a pair same exactly when both sentences come from one synset', async () => {
    for (const { id, label } of await sameSensePool()) {
      const [, , first, second] = id.split(':');
      expect(first === second ? 1 : 0).toBe(label);
    }
  });

  it('refuses more than the pool holds', async () => {
    await expect(build({ name: 'same-sense', train: 4000 }, sources)).rejects.toThrow(/may not pass .* got 4300/);
  });
});
