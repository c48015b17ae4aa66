import { itemAt } from '@lab/records';
import { ngrams } from './ngrams.ts';
import { spaces, tokenized, type Segment, type Tokenize } from './tokens.ts';

const orders = [1, 2, 3, 4];
const sigma = 6;

/** Weights of the n-grams of one order, and their length as a vector. */
interface Vector {
  readonly weights: ReadonlyMap<string, number>;
  readonly norm: number;
}

/** A text as four vectors; its length is counted in bigrams, as the COCO scripts do. */
interface Weighted {
  readonly vectors: readonly Vector[];
  readonly length: number;
}

/**
 * CIDEr-D (Vedantam et al. 2015) as in the COCO caption scripts: clipped tf-idf cosine of 1- to
 * 4-grams with a Gaussian length penalty (sigma 6), mean over references, times ten: 0 to 10.
 * Document frequencies come from the given references, so the score depends on the corpus. Null for
 * fewer than two segments, where every weight is zero.
 */
export const cider = (segments: readonly Segment[], tokenize: Tokenize = spaces): number | null => {
  if (segments.length < 2) return null;
  const all = tokenized(segments, tokenize);
  const frequency = new Map<string, number>();
  for (const { references } of all) {
    const seen = new Set(references.flatMap((reference) => orders.flatMap((n) => [...ngrams(reference, n).keys()])));
    for (const gram of seen) frequency.set(gram, (frequency.get(gram) ?? 0) + 1);
  }
  const documents = Math.log(all.length);
  const weigh = (words: readonly string[]): Weighted => ({
    vectors: orders.map((n) => {
      const counts = ngrams(words, n);
      const weights = new Map(
        [...counts].map(([gram, count]) => [gram, count * (documents - Math.log(frequency.get(gram) ?? 1))]),
      );
      return { weights, norm: Math.sqrt([...weights.values()].reduce((sum, weight) => sum + weight ** 2, 0)) };
    }),
    length: Math.max(0, words.length - 1),
  });
  const cosine = (a: Vector, b: Vector): number => {
    let dot = 0;
    for (const [gram, weight] of a.weights) {
      const other = b.weights.get(gram) ?? 0;
      dot += Math.min(weight, other) * other;
    }
    return a.norm > 0 && b.norm > 0 ? dot / (a.norm * b.norm) : dot;
  };
  const scores = all.map(({ hypothesis, references }) => {
    const written = weigh(hypothesis);
    const each = references.map((words) => {
      const reference = weigh(words);
      const penalty = Math.exp(-((written.length - reference.length) ** 2) / (2 * sigma ** 2));
      return (
        written.vectors.reduce((sum, vector, i) => sum + cosine(vector, itemAt(reference.vectors, i)), 0) * penalty
      );
    });
    return (10 * each.reduce((a, b) => a + b, 0)) / (orders.length * references.length);
  });
  return scores.reduce((a, b) => a + b, 0) / scores.length;
};
