import { fold, key, permutation } from '@lab/random';
import { glossPool, synsets } from '@lab/datasets/internals';

/**
 * The decoder's text: one document a synset of WordNet, `words: definition. examples.`, shuffled.
 * Synsets of the `gloss` task are left out, and so are others with a definition that occurs in it.
 */
export const documents = async (): Promise<readonly string[]> => {
  const pool = await glossPool();
  const ids = new Set(pool.map(({ id }) => id));
  const definitions = new Set(pool.map(({ references }) => references![0]!));
  const kept = (await synsets()).filter(({ id, definition }) => !ids.has(id) && !definitions.has(definition));
  const texts = kept.map(({ words, definition, examples }) =>
    [`${words.join(', ')}: ${definition}.`, ...examples.map((example) => `${example}.`)].join(' '),
  );
  return Array.from(permutation(fold(key(0), 'documents'), texts.length), (at) => texts[at]!);
};
