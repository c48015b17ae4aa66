import { describe, expect, it } from 'vitest';
import { sentences } from '../sentiment.ts';

describe('amazon', () => {
  it('holds the counts of its card, without the empty last element', async () => {
    const all = await sentences('amazon');
    expect(all).toHaveLength(987);
    expect(all.filter(({ label }) => label === 0)).toHaveLength(496);
    expect(all.every(({ text }) => text.length > 0)).toBe(true);
  });
});
