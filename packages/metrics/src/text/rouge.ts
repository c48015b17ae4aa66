import { itemAt } from '@lab/records';
import { spaces, tokenized, type Segment, type Tokenize } from './tokens.ts';

/** Length of the longest common subsequence. */
const longestCommon = (a: readonly string[], b: readonly string[]): number => {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const next = [0];
    b.forEach((other, j) =>
      next.push(word === other ? itemAt(row, j) + 1 : Math.max(itemAt(row, j + 1), itemAt(next, j))),
    );
    row = next;
  }
  return itemAt(row, b.length);
};

/**
 * ROUGE-L in [0, 1] (Lin 2004), the mean over segments: F with recall weighted `beta` times,
 * precision and recall each the best over the references, as in the COCO caption scripts (beta
 * 1.2). With one reference and beta 1 it is the F-measure of rouge-score. A segment with an empty
 * hypothesis or only empty references scores 0. Null without segments.
 */
export const rougeL = (
  segments: readonly Segment[],
  { tokenize = spaces, beta = 1.2 }: { readonly tokenize?: Tokenize; readonly beta?: number } = {},
): number | null => {
  if (segments.length === 0) return null;
  const scores = tokenized(segments, tokenize).map(({ hypothesis, references }) => {
    const full = references.filter((reference) => reference.length > 0);
    if (hypothesis.length === 0 || full.length === 0) return 0;
    const common = full.map((reference) => longestCommon(reference, hypothesis));
    const precision = Math.max(...common) / hypothesis.length;
    const recall = Math.max(...common.map((length, i) => length / itemAt(full, i).length));
    return precision === 0 ? 0 : ((1 + beta ** 2) * precision * recall) / (recall + beta ** 2 * precision);
  });
  return scores.reduce((a, b) => a + b, 0) / scores.length;
};
