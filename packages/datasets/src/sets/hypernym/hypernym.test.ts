import { describe, expect, it } from 'vitest';
import { build } from '../../../test/fixtures.ts';
import { expectPool, expectSplits } from '../../../test/pool.ts';
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
    expectPool(await hypernymPool(), 3832, parts);
  });

  it('shares nothing between splits, keeps test fixed and balances every split', async () => {
    await expectSplits('hypernym', parts);
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
