const vowels = 'aeiou';

/**
 * Regular inflections of an English word: -s, -es, -ed, -d, -ing, with y to i, silent e dropped and
 * the last consonant doubled.
 */
const forms = (word: string): readonly string[] => {
  const endings = ['', 's', 'es', 'ed', 'd', 'ing'].map((ending) => word + ending);
  const last = word.at(-1) ?? '';
  if (last === 'e') endings.push(`${word.slice(0, -1)}ing`);
  if (last === 'y') endings.push(`${word.slice(0, -1)}ies`, `${word.slice(0, -1)}ied`);
  if (!vowels.includes(last)) endings.push(`${word}${last}ed`, `${word}${last}ing`);
  return endings;
};

/** The words of a sentence, in lower case. */
export const tokens = (sentence: string): ReadonlySet<string> =>
  new Set(sentence.toLowerCase().match(/[\p{L}'-]+/gu) ?? []);

/**
 * Whether a sentence's tokens hold a single word, as it is or regularly inflected. Irregular forms
 * are not recognised.
 */
export const usesWord = (sentence: ReadonlySet<string>, word: string): boolean =>
  forms(word).some((form) => sentence.has(form));
