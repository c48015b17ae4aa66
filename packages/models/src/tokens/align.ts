import type { Pieces } from './pieces.ts';

/** A token of a text, and the characters [from, to) that it stands for. */
export interface PlacedToken {
  readonly token: string;
  readonly range: readonly [from: number, to: number];
}

/** Letters without case and accents, as tokenizers may leave them. */
const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The plain letters of a word, each with the place of the character it comes from. */
const lettersOf = (word: string) => {
  let at = 0;
  return [...word].flatMap((character) => {
    const range = [at, at + character.length] as const;
    at += character.length;
    return [...plain(character)].map((letter) => ({ letter, range }));
  });
};

/**
 * Where the tokens of one word lie in it. Tokens whose letters are not those of the word (unknown
 * ones, halves of a character) stand for the whole word.
 */
const withinWord = (word: string, surfaces: readonly string[]): readonly (readonly [number, number])[] => {
  const letters = lettersOf(word);
  const parts = surfaces.map((surface) => [...plain(surface)]);
  const whole = [0, word.length] as const;
  if (parts.flat().join('') !== letters.map(({ letter }) => letter).join('')) return surfaces.map(() => whole);
  let done = 0;
  return parts.map(({ length }) => {
    const [first, last] = [letters[done], letters[done + length - 1]];
    const before = letters[done - 1]?.range[1] ?? 0;
    done += length;
    // A token without letters (a mark before a word) lies between its neighbours.
    return length === 0 || !first || !last ? [before, before] : [first.range[0], last.range[1]];
  });
};

/**
 * The tokens of a text with their places, word by word: a word and the blank before it give the
 * same tokens in a text and alone, for all tokenizers that split at white space.
 */
export const placedTokens = (text: string, { bare, surface }: Pick<Pieces, 'bare' | 'surface'>): PlacedToken[] =>
  [...text.matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
    const tokens = bare(index === 0 ? word : ` ${word}`);
    const ranges = withinWord(word, tokens.map(surface));
    return tokens.map((token, i): PlacedToken => {
      const [from, to] = ranges[i] ?? [0, word.length];
      return { token, range: [index + from, index + to] };
    });
  });
