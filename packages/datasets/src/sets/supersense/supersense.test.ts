import { describe, expect, it } from 'vitest';
import { build, labelCounts } from '../../../test/fixtures.ts';
import { fingerprint, overlap } from '../../index.ts';
import { supersensePool } from './supersense.ts';

const sources = { cacheDir: 'unused' };

describe('supersense', () => {
  it('has the pool of its card: 45 equal classes, no synset and no gloss twice', async () => {
    const pool = await supersensePool();
    expect(labelCounts(pool, 45)).toEqual(new Array(45).fill(42));
    expect(new Set(pool.map(({ id }) => id)).size).toBe(1890);
    expect(new Set(pool.map(fingerprint)).size).toBe(1890);
  });

  it('keeps test fixed, draws train by the seed, and balances all splits', async () => {
    const [a, b] = await Promise.all([
      build({ name: 'supersense' }, sources),
      build({ name: 'supersense' }, sources, 1),
    ]);
    expect(a.splits.test).toEqual(b.splits.test);
    expect(a.splits.train).not.toEqual(b.splits.train);
    expect(labelCounts(a.splits.train, 45)).toEqual(new Array(45).fill(16));
    expect(labelCounts(a.splits.test, 45)).toEqual(new Array(45).fill(16));
    expect(overlap(a.splits).map(({ inputs }) => inputs)).toEqual([0, 0, 0]);
  });

  it('puts a gloss into the field of its lexicographer file', async () => {
    const pool = await supersensePool();
    const { task } = await build({ name: 'supersense' }, sources);
    const food = task.kind === 'classification' ? task.classes.indexOf('noun.food') : -1;
    expect(food).toBe(13);
    expect(pool.filter(({ label, id }) => label === food && !id.startsWith('n:'))).toEqual([]);
  });
});
