/** A text that a model wrote and the references it is compared with. */
export interface Segment {
  readonly hypothesis: string;
  readonly references: readonly string[];
}

/** Cuts a text into words. */
export type Tokenize = (text: string) => readonly string[];

/** Words between white space. */
export const spaces: Tokenize = (text) => text.split(/\s+/u).filter((word) => word !== '');

/**
 * Tokens of mteval-v13a, the script of WMT: XML escapes undone; punctuation other than period,
 * comma, apostrophe and hyphen stands alone; periods and commas stand alone unless between digits;
 * a hyphen after a digit stands alone. Case is kept.
 */
export const tokens13a: Tokenize = (text) => {
  const plain = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return spaces(
    ` ${plain} `
      .replace(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
      .replace(/([^0-9])([.,])/g, '$1 $2 ')
      .replace(/([.,])([^0-9])/g, ' $1 $2')
      .replace(/([0-9])(-)/g, '$1 $2 '),
  );
};

/** Any tokens, in lower case. */
export const lowerCase =
  (tokenize: Tokenize): Tokenize =>
  (text) =>
    tokenize(text.toLowerCase());

/** A segment in tokens. */
interface Tokenized {
  readonly hypothesis: readonly string[];
  readonly references: readonly (readonly string[])[];
}

/** All segments in tokens. Throws RangeError for a segment without references. */
export const tokenized = (segments: readonly Segment[], tokenize: Tokenize): readonly Tokenized[] =>
  segments.map(({ hypothesis, references }, i) => {
    if (references.length === 0) throw new RangeError(`segment ${i} has no reference`);
    return { hypothesis: tokenize(hypothesis), references: references.map((reference) => tokenize(reference)) };
  });
