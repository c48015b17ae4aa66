import { describe, expect, it } from 'vitest';
import { build } from '../../../test/fixtures.ts';
import { expectPool, expectSplits } from '../../../test/pool.ts';
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
    expectPool(await sameSensePool(), 4282, parts);
  });

  it('shares nothing between splits, keeps test fixed and balances every split', async () => {
    await expectSplits('same-sense', parts);
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
