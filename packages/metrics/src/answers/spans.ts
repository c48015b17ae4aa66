import { itemAt } from '@lab/records';

/** What a model says of one window of a context. */
export interface SpanWindow {
  /** Scores of every token as an answer's first and last; token 0 stands for no answer. */
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** Characters [from, to) of the context that a token stands for; null for other tokens. */
  readonly offsets: readonly (readonly [number, number] | null)[];
}

/** Which spans may be answers. */
export interface SpanRule {
  /** Tokens of an answer, at most. */
  readonly answerTokens: number;
  /** First and last tokens tried in each window: those of the highest scores. */
  readonly nBest: number;
}

/** The best answer in all windows of a question. */
export interface BestSpan {
  /** Characters [from, to) of the context; null where no span is allowed. */
  readonly range: readonly [number, number] | null;
  /** Its score: the sum of the scores of first and last token. */
  readonly score: number;
  /** Score of no answer: the lowest over windows, since one window with an answer is enough. */
  readonly none: number;
}

/** The places of the n largest numbers, the largest first; of equal ones the first. */
const largest = (values: readonly number[], n: number): readonly number[] =>
  values
    .map((_, i) => i)
    .sort((a, b) => itemAt(values, b) - itemAt(values, a) || a - b)
    .slice(0, n);

/**
 * The span with the highest score over all windows (Devlin et al. 2018, section 4.2 and 4.3): it
 * begins before it ends, lies in the context and is not too long.
 */
export const bestSpan = (windows: readonly SpanWindow[], { answerTokens, nBest }: SpanRule): BestSpan => {
  let [range, score]: [BestSpan['range'], number] = [null, -Infinity];
  let none = Infinity;
  for (const { start, end, offsets } of windows) {
    none = Math.min(none, itemAt(start, 0) + itemAt(end, 0));
    const ends = largest(end, nBest);
    for (const first of largest(start, nBest)) {
      for (const last of ends) {
        const [from, to] = [offsets[first], offsets[last]];
        const total = itemAt(start, first) + itemAt(end, last);
        if (!from || !to || last < first || last - first >= answerTokens || total <= score) continue;
        [range, score] = [[from[0], Math.max(from[0], to[1])], total];
      }
    }
  }
  return { range, score, none };
};
