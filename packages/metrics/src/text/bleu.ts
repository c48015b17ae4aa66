import { largest, ngrams, ngramTotal } from './ngrams.ts';
import { tokenized, tokens13a, type Segment, type Tokenize } from './tokens.ts';

/**
 * The reference length closest to the hypothesis's; the shorter one of two that are equally close.
 */
const closest = (length: number, references: readonly number[]): number =>
  references.reduce((best, other) => {
    const [a, b] = [Math.abs(other - length), Math.abs(best - length)];
    return a < b || (a === b && other < best) ? other : best;
  });

/**
 * Corpus BLEU-4 in [0, 1] (Papineni et al. 2002) as sacrebleu has it: 13a tokens, closest reference
 * length. smooth 'exp' halves a missing order's precision again and again (sacrebleu's default),
 * 'none' gives 0 when an order has no match. Null without segments.
 */
export const bleu = (
  segments: readonly Segment[],
  { tokenize = tokens13a, smooth = 'exp' }: { readonly tokenize?: Tokenize; readonly smooth?: 'exp' | 'none' } = {},
): number | null => {
  if (segments.length === 0) return null;
  const all = tokenized(segments, tokenize);
  const orders = [1, 2, 3, 4].map((n) => ({ n, right: 0, total: 0 }));
  let [length, wanted] = [0, 0];
  for (const { hypothesis, references } of all) {
    length += hypothesis.length;
    wanted += closest(
      hypothesis.length,
      references.map((reference) => reference.length),
    );
    for (const order of orders) {
      const written = ngrams(hypothesis, order.n);
      const allowed = largest(references.map((reference) => ngrams(reference, order.n)));
      order.total += ngramTotal(written);
      for (const [gram, count] of written) order.right += Math.min(count, allowed.get(gram) ?? 0);
    }
  }
  if (orders.every(({ right }) => right === 0) || orders.some(({ total }) => total === 0)) return 0;
  let halving = 1;
  const logs = orders.map(({ right, total }) => {
    if (right > 0) return Math.log(right / total);
    halving *= 2;
    return smooth === 'exp' ? -Math.log(halving * total) : -Infinity;
  });
  const brevity = length < wanted ? 1 - wanted / length : 0;
  return Math.exp(brevity + logs.reduce((a, b) => a + b, 0) / orders.length);
};
