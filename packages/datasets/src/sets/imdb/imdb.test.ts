import { describe, expect, it } from 'vitest';
import { sentences } from '../sentiment.ts';

describe('imdb', () => {
  it('holds the counts of its card, without the empty last element', async () => {
    const all = await sentences('imdb');
    expect(all).toHaveLength(997);
    expect(all.filter(({ label }) => label === 0)).toHaveLength(499);
    expect(all.every(({ text }) => text.length > 0)).toBe(true);
  });
});
