import { key } from '@lab/random';
import { describe, expect, it } from 'vitest';
import { flipLabels } from '../src/shape/reshape.ts';
import { build, labelCounts } from './fixtures.ts';

const sources = { cacheDir: 'unused' };
const ids = (examples: readonly { id: string }[]) => examples.map(({ id }) => id);

describe('subset', () => {
  it('keeps n per class, nested, and leaves validation and test alone', async () => {
    const [whole, ten, fifty] = await Promise.all(
      [null, 10, 50].map((subset) => build({ name: 'yelp', subset }, sources)),
    );
    expect(labelCounts(ten!.splits.train, 2)).toEqual([10, 10]);
    expect(labelCounts(fifty!.splits.train, 2)).toEqual([50, 50]);
    expect(ids(fifty!.splits.train)).toEqual(expect.arrayContaining(ids(ten!.splits.train)));
    expect(ids(whole!.splits.train)).toEqual(expect.arrayContaining(ids(fifty!.splits.train)));
    expect(ten!.splits.test).toEqual(whole!.splits.test);
    expect(ten!.splits.validation).toEqual(whole!.splits.validation);
  });

  it('refuses more than there is, naming the class', async () => {
    await expect(build({ name: 'yelp', subset: 101 }, sources)).rejects.toThrow(
      /subset 101 is more than the 100 .* class "negative"/,
    );
  });
});

describe('label noise', () => {
  it('changes about the stated share of training labels, always to another class, and says how many', async () => {
    const clean = await build({ name: 'yelp' }, sources);
    const noisy = await build({ name: 'yelp', labelNoise: 0.3 }, sources);
    const changed = noisy.splits.train.filter((example, i) => example.label !== clean.splits.train[i]!.label).length;
    // 200 draws at 0.3: mean 60, standard deviation 6.5; four of them to each side.
    expect(Math.abs(changed - 60)).toBeLessThan(26);
    expect(noisy.notes).toEqual([`${changed} of 200 training labels changed`]);
    expect(noisy.splits.test).toEqual(clean.splits.test);
  });

  it('flips the same examples in every subset, and a lower rate flips fewer of them', async () => {
    const examples = Array.from({ length: 300 }, (_, i) => ({ id: `x:${i}`, text: '', label: i % 3 }));
    const flipped = (rate: number, some = examples) =>
      flipLabels(key(1), 3, some, rate).flatMap((e, i) => (e.label === some[i]!.label ? [] : [e.id]));
    const high = flipped(0.5);
    expect(flipped(0.5, examples.slice(0, 100))).toEqual(high.filter((id) => Number(id.slice(2)) < 100));
    expect(high).toEqual(expect.arrayContaining(flipped(0.1)));
    expect(flipped(0)).toEqual([]);
    expect(flipped(1)).toHaveLength(300);
    const to = flipLabels(key(1), 3, examples, 1).map((e, i) => (e.label - (i % 3) + 3) % 3);
    // Both other classes are drawn: 300 fair coins stay within four standard deviations (35) of
    // 150.
    expect(Math.abs(to.filter((step) => step === 1).length - 150)).toBeLessThan(35);
  });
});

describe('maxTest', () => {
  it('keeps the same test examples for every seed that shares a test split', async () => {
    const a = await build({ name: 'yelp', maxTest: 40 }, sources);
    expect(a.splits.test).toHaveLength(40);
    expect(new Set(ids(a.splits.test)).size).toBe(40);
  });
});
