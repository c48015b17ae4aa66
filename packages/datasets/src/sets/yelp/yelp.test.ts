import { describe, expect, it } from 'vitest';
import { sentences } from '../sentiment.ts';

describe('yelp', () => {
  it('holds the counts of its card, without the empty last element', async () => {
    const all = await sentences('yelp');
    expect(all).toHaveLength(996);
    expect(all.filter(({ label }) => label === 0)).toHaveLength(497);
    expect(all.every(({ text }) => text.length > 0)).toBe(true);
  });
});
