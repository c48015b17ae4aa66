import { present } from '@lab/records';
import { largest, ngrams, prefix, ngramTotal } from './ngrams.ts';
import { tokenized, tokens13a, type Segment, type Tokenize } from './tokens.ts';

const orders = [1, 2, 3, 4, 5];

/** Brevity is one half when the output has two thirds of the reference's words. */
const brevityWeight = Math.log(0.5) / Math.log(1.5) ** 2;

/**
 * NIST-5 (Doddington 2002, eq. 2 and 3) as mteval-v13a has it: information weights from all
 * references of the corpus, matches clipped by the largest count in any reference, length penalty
 * against the mean reference length. From 0, without an upper bound. Null without segments.
 */
export const nist = (segments: readonly Segment[], tokenize: Tokenize = tokens13a): number | null => {
  if (segments.length === 0) return null;
  const all = tokenized(segments, tokenize);
  const counts = new Map<string, number>();
  let words = 0;
  for (const { references } of all) {
    for (const reference of references) {
      words += reference.length;
      for (const n of orders)
        for (const [gram, count] of ngrams(reference, n)) counts.set(gram, (counts.get(gram) ?? 0) + count);
    }
  }
  const information = (gram: string): number => {
    const shorter = prefix(gram);
    const before = shorter === undefined ? words : counts.get(shorter);
    return Math.log2(present(before, 'a shorter n-gram') / present(counts.get(gram), 'an n-gram'));
  };
  const score = orders.reduce((sum, n) => {
    let [gained, total] = [0, 0];
    for (const { hypothesis, references } of all) {
      const written = ngrams(hypothesis, n);
      const allowed = largest(references.map((reference) => ngrams(reference, n)));
      total += ngramTotal(written);
      for (const [gram, count] of written) {
        const limit = allowed.get(gram);
        if (limit !== undefined) gained += Math.min(count, limit) * information(gram);
      }
    }
    return sum + (total === 0 ? 0 : gained / total);
  }, 0);
  const length = all.reduce((sum, { hypothesis }) => sum + hypothesis.length, 0);
  const wanted = all.reduce((sum, { references: r }) => sum + r.reduce((a, b) => a + b.length, 0) / r.length, 0);
  if (length === 0 || wanted === 0) return 0;
  return score * Math.exp(brevityWeight * Math.log(Math.min(1, length / wanted)) ** 2);
};
