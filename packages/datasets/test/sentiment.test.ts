import { key } from '@lab/random';
import { describe, expect, it } from 'vitest';
import { datasets, fingerprint, overlap, type Dataset } from '../src/index.ts';

const build = (config: object, seed = 0): Promise<Dataset> =>
  datasets.build(datasets.parse(config), key(seed), { cacheDir: 'unused' });
const ids = (examples: Dataset['splits']['train']) => examples.map(({ id }) => id);

describe.each(['imdb', 'yelp', 'amazon'])('%s', (name) => {
  it('has no sentence in two splits, whatever the seed', async () => {
    for (const seed of [0, 1, 2]) {
      const { splits } = await build({ name }, seed);
      expect(overlap(splits).map(({ inputs }) => inputs)).toEqual([0, 0, 0]);
      const all = [...splits.train, ...splits.validation, ...splits.test];
      expect(new Set(all.map(fingerprint)).size).toBe(all.length);
    }
  });

  it('is balanced, seeded and repeatable', async () => {
    const [a, again, other] = await Promise.all([build({ name }), build({ name }), build({ name }, 1)]);
    expect(a.splits.train.filter(({ label }) => label === 1)).toHaveLength(100);
    expect(a.splits.validation.filter(({ label }) => label === 1)).toHaveLength(50);
    expect(a).toEqual(again);
    expect(ids(a.splits.train)).not.toEqual(ids(other.splits.train));
  });

  it('keeps a smaller train inside a larger one, and validation as it is', async () => {
    const [small, large] = await Promise.all([build({ name, train: 100 }), build({ name, train: 200 })]);
    expect(ids(large.splits.train).slice(0, 100)).toEqual(ids(small.splits.train));
    expect(ids(small.splits.validation)).toEqual(ids(large.splits.validation));
  });
});

describe('options', () => {
  it('adds other sites as test sets, without sentences that were learned', async () => {
    const { elsewhere, splits } = await build({ name: 'imdb', elsewhere: ['yelp', 'amazon', 'imdb'] });
    expect(Object.keys(elsewhere ?? {})).toEqual(['yelp', 'amazon']);
    const learned = new Set([...splits.train, ...splits.validation].map(fingerprint));
    expect(elsewhere!['yelp']!.length).toBeGreaterThan(990);
    expect(
      Object.values(elsewhere!)
        .flat()
        .filter((e) => learned.has(fingerprint(e))),
    ).toEqual([]);
  });

  it('refuses sizes that leave no test, unknown names and unknown options', async () => {
    await expect(build({ name: 'imdb', train: 900 })).rejects.toThrow(/below 997, .* got 1000/);
    expect(() => datasets.parse({ name: 'imbd' })).toThrow(/did you mean "imdb"/);
    expect(() => datasets.parse({ name: 'imdb', trian: 10 })).toThrow(/unknown key "trian".*train, validation/);
  });
});
