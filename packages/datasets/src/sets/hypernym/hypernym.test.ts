import { describe, expect, it } from 'vitest';
import { build, labelCounts } from '../../../test/fixtures.ts';
import type { Example } from '../../types.ts';
import { synsets } from '../../wordnet/parse.ts';
import { hypernymPool } from './pool.ts';

const sources = { cacheDir: 'unused' };

/** Synsets and first words of a pair. */
const parts = ({ id, text, pair }: Example): string[] => [
  ...id.split('>').map((synset) => `synset ${synset}`),
  ...[text, pair!].map((side) => `word ${side.slice(0, side.indexOf(': ')).toLowerCase()}`),
];

describe('hypernym', () => {
  it('has the pool of its card, half in each class, nothing used in two pairs', async () => {
    const pool = await hypernymPool();
    expect(pool).toHaveLength(3832);
    expect(labelCounts(pool, 2)).toEqual([3832 / 2, 3832 / 2]);
    const all = pool.flatMap((example) => [...new Set(parts(example))]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('shares nothing between splits, keeps test fixed and balances every split', async () => {
    const [a, b] = await Promise.all([build({ name: 'hypernym' }, sources), build({ name: 'hypernym' }, sources, 1)]);
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

  it('labels a pair true exactly when WordNet links the two', async () => {
    const byId = new Map((await synsets()).map((synset) => [synset.id, synset]));
    for (const { id, label } of await hypernymPool()) {
      const [below, above] = id.split('>');
      expect(byId.get(below!)!.hypernyms.includes(above!) ? 1 : 0).toBe(label);
    }
  });

  it('refuses more than the pool holds', async () => {
    await expect(build({ name: 'hypernym', train: 4000 }, sources)).rejects.toThrow(/may not pass .* got 4300/);
  });
});
