import { fold, key as root, type Key } from '@lab/random';
import { BadInput, type Citation } from '@lab/records';
import { z } from 'zod';
import { balancedOrder } from '../shape/draw.ts';
import type { Example, Splits } from '../types.ts';

/** Where the three tasks come from. */
export const wordnetCite = (where: string): Citation => ({
  title: 'WordNet: An Electronic Lexical Database',
  year: 1998,
  url: 'https://wordnet.princeton.edu',
  where,
});

/** Licence of data and package. */
export const wordnetLicence = 'WordNet 3.0 licence (free use with notice), MIT (npm package)';

/** The key of every fixed choice in the constructions: they do not depend on a run's seed. */
export const construction = (name: string): Key => fold(root(0), `wordnet ${name}`);

/** Sizes in examples, classes taking turns. */
export const sizes = (train: number, validation: number) =>
  z.object({
    train: z
      .number()
      .int()
      .min(2)
      .default(train)
      .describe('training examples, classes taking turns, drawn by the seed'),
    validation: z
      .number()
      .int()
      .min(0)
      .default(validation)
      .describe('validation examples, classes taking turns, drawn by the seed'),
  });

/**
 * Splits of a fixed pool in which no two examples share a synset: `test` examples are the same for
 * every seed, train and validation are drawn from the others by the key. Throws `BadInput` when
 * there are not enough.
 */
export const poolSplits = (
  key: Key,
  name: string,
  pool: readonly Example[],
  classes: number,
  n: { readonly train: number; readonly validation: number; readonly test: number },
): Splits => {
  const fixed = balancedOrder(fold(construction(name), 'test'), pool, classes);
  const free = fixed.slice(n.test);
  if (n.train + n.validation > free.length) {
    throw new BadInput(
      `dataset ${name}: train + validation may not pass ${free.length}; got ${n.train + n.validation}`,
    );
  }
  const order = balancedOrder(fold(key, name), free, classes);
  return {
    validation: order.slice(0, n.validation),
    train: order.slice(n.validation, n.validation + n.train),
    test: fixed.slice(0, n.test),
  };
};
