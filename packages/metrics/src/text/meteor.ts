import { itemAt } from '@lab/records';
import { stemmer } from 'stemmer';
import { lowerCase, spaces, tokenized, type Segment, type Tokenize } from './tokens.ts';

type Words = readonly string[];
/** Position in the hypothesis and in the reference. */
type Match = readonly [number, number];

/**
 * Joins each open word of the hypothesis, from the last to the first, with the last open word of
 * the reference that reads the same.
 */
const matchBy = (
  hypothesis: Words,
  reference: Words,
  form: (word: string) => string,
  before: readonly Match[],
): readonly Match[] => {
  const usedHypothesis = new Set(before.map(([i]) => i));
  const usedReference = new Set(before.map(([, j]) => j));
  const open = new Map<string, number[]>();
  reference.forEach((word, j) => {
    if (!usedReference.has(j)) open.set(form(word), [...(open.get(form(word)) ?? []), j]);
  });
  const added: Match[] = [];
  for (let i = hypothesis.length - 1; i >= 0; i--) {
    const j = usedHypothesis.has(i) ? undefined : open.get(form(itemAt(hypothesis, i)))?.pop();
    if (j !== undefined) added.push([i, j]);
  }
  return [...before, ...added];
};

/** METEOR of one pair; 0 when nothing matches. */
const pairScore = (hypothesis: Words, reference: Words): number => {
  const exact = matchBy(hypothesis, reference, (word) => word, []);
  const matches = [...matchBy(hypothesis, reference, stemmer, exact)].sort((a, b) => a[0] - b[0]);
  const n = matches.length;
  if (n === 0) return 0;
  const [precision, recall] = [n / hypothesis.length, n / reference.length];
  const mean = (precision * recall) / (0.9 * precision + 0.1 * recall);
  const chunks = matches.filter(([i, j], k) => matches[k - 1]?.[0] !== i - 1 || matches[k - 1]?.[1] !== j - 1).length;
  return (1 - 0.5 * (chunks / n) ** 3) * mean;
};

/**
 * METEOR in [0, 1], the mean over segments of the best reference: the formula of Lavie and Agarwal
 * 2007 with alpha 0.9, beta 3, gamma 0.5, exact and Porter-stem matches, **no synonyms and no
 * paraphrases**, words aligned greedily from the right as NLTK does. It equals NLTK's score without
 * WordNet, and is not the score of Meteor 1.5, whose parameters and paraphrase tables differ. Null
 * without segments.
 */
export const meteor = (segments: readonly Segment[], tokenize: Tokenize = lowerCase(spaces)): number | null => {
  if (segments.length === 0) return null;
  const scores = tokenized(segments, tokenize).map(({ hypothesis, references }) =>
    Math.max(...references.map((reference) => pairScore(hypothesis, reference))),
  );
  return scores.reduce((a, b) => a + b, 0) / scores.length;
};
