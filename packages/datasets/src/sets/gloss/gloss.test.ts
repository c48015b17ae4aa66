import { describe, expect, it } from 'vitest';
import { build } from '../../../test/fixtures.ts';
import { glossPool } from './gloss.ts';

const sources = { cacheDir: 'unused' };

describe('gloss', () => {
  it('has the pool of its card: 6,000 nouns, no synset and no definition twice', async () => {
    const pool = await glossPool();
    expect(pool).toHaveLength(6000);
    expect(new Set(pool.map(({ id }) => id)).size).toBe(6000);
    expect(new Set(pool.map(({ references }) => references![0])).size).toBe(6000);
    expect(pool.every(({ text }) => /^word\[.+\], field\[\w+\], kind\[.+\]$/u.test(text))).toBe(true);
  });

  it('keeps test fixed, draws train by the seed, and lets no synset into two splits', async () => {
    const [a, b] = await Promise.all([build({ name: 'gloss' }, sources), build({ name: 'gloss' }, sources, 1)]);
    expect(a.splits.test).toEqual(b.splits.test);
    expect(a.splits.train).not.toEqual(b.splits.train);
    const { train, validation, test } = a.splits;
    const ids = [train, validation, test].flatMap((split) => split.map(({ id }) => id));
    expect(ids).toHaveLength(2800);
    expect(new Set(ids).size).toBe(2800);
  });
});
