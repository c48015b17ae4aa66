import { itemAt } from '@lab/records';
import { fold } from '@lab/random';
import { shuffle } from '../../shape/draw.ts';
import { normalise } from '../../shape/fingerprint.ts';
import type { Example } from '../../types.ts';
import { synsets, type Synset } from '../../wordnet/parse.ts';
import { once } from '../../wordnet/once.ts';
import { construction } from '../../wordnet/split.ts';
import { tokens, usesWord } from '../../wordnet/uses.ts';

/** A sense of a word with the example sentences that use the word. */
interface Sense {
  readonly synset: Synset;
  readonly sentences: readonly string[];
}

/**
 * Words that two or more senses of one part of speech show in sentences: part of speech and word ->
 * senses.
 */
const ambiguous = (all: readonly Synset[]): ReadonlyMap<string, readonly Sense[]> => {
  const senses = new Map<string, Sense[]>();
  for (const synset of all) {
    const examples = synset.examples.map((sentence) => ({ sentence, words: tokens(sentence) }));
    for (const word of synset.words.filter((each) => /^[a-z]{3,}$/u.test(each))) {
      const sentences = examples
        .filter(({ words }) => words.size > 1 && usesWord(words, word))
        .map(({ sentence }) => sentence);
      if (sentences.length === 0) continue;
      const name = `${synset.id.slice(0, 1)}:${word}`;
      const before = senses.get(name);
      if (before) before.push({ synset, sentences });
      else senses.set(name, [{ synset, sentences }]);
    }
  }
  return new Map([...senses].filter(([, some]) => some.length > 1));
};

/**
 * The fixed pool: pairs of sentences that use one word, in the same sense (label 1) or in two
 * senses of the same part of speech (label 0). Every word has two or more senses, so the word alone
 * tells nothing; no word, synset or sentence occurs in two pairs; both classes are equally many.
 */
export const sameSensePool = once(async (): Promise<readonly Example[]> => {
  const k = construction('same-sense');
  const usedSynsets = new Set<string>();
  const usedWords = new Set<string>();
  const usedSentences = new Set<string>();
  const pools: [Example[], Example[]] = [[], []];
  const fresh = ({ synset, sentences }: Sense): Sense => ({
    synset,
    sentences: usedSynsets.has(synset.id)
      ? []
      : sentences.filter((sentence) => !usedSentences.has(normalise(sentence))),
  });
  for (const [name, senses] of shuffle(fold(k, 'words'), [...ambiguous(await synsets())])) {
    const word = name.slice(2);
    if (usedWords.has(word)) continue;
    const open = shuffle(fold(k, name), senses.map(fresh)).filter(({ sentences }) => sentences.length > 0);
    const twice = open.find(({ sentences }) => new Set(sentences.map(normalise)).size > 1);
    // The class that has fewer pairs so far, if the word can give it: sentences of one sense are
    // the scarcer.
    const same = twice !== undefined && (open.length < 2 || pools[1].length <= pools[0].length);
    if (!same && open.length < 2) continue;
    const [a, b] = same ? [twice, twice] : [itemAt(open, 0), itemAt(open, 1)];
    const first = itemAt(a.sentences, 0);
    const second = b.sentences.find((sentence) => normalise(sentence) !== normalise(first));
    if (second === undefined) continue;
    usedWords.add(word);
    for (const { synset } of [a, b]) usedSynsets.add(synset.id);
    for (const sentence of [first, second]) usedSentences.add(normalise(sentence));
    const id = `${name}:${a.synset.id.slice(2)}:${b.synset.id.slice(2)}`;
    pools[same ? 1 : 0].push({ id, text: `${word}: ${first}`, pair: `${word}: ${second}`, label: same ? 1 : 0 });
  }
  const n = Math.min(pools[0].length, pools[1].length);
  return pools.flatMap((pool) => pool.slice(0, n));
});
