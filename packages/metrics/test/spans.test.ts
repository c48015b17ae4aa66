import { describe, expect, it } from 'vitest';
import { bestSpan, type SpanWindow } from '../src/index.ts';

/** A window of five tokens: one of no answer, one of the question, three of the context. */
const window = (start: readonly number[], end: readonly number[]): SpanWindow => ({
  start,
  end,
  offsets: [null, null, [0, 3], [4, 9], [10, 12]],
});
const rule = { answerTokens: 30, nBest: 20 };

describe('the best span', () => {
  it('has the highest sum of scores, in any window', () => {
    const first = window([0, 0, 3, 1, 0], [0, 0, 0, 2, 1]);
    expect(bestSpan([first], rule)).toEqual({ range: [0, 9], score: 5, none: 0 });
    const better = window([-2, 0, 0, 0, 4], [1, 0, 0, 0, 4]);
    expect(bestSpan([first, better], rule)).toEqual({ range: [10, 12], score: 8, none: -1 });
  });

  it('does not end before it begins, leave the context, or grow too long', () => {
    const backward = window([0, 9, 0, 0, 5], [0, 9, 5, 0, 1]);
    expect(bestSpan([backward], rule).range).toEqual([10, 12]);
    const long = window([0, 0, 5, 1, 0], [0, 0, 0, 2, 5]);
    expect(bestSpan([long], rule).range).toEqual([0, 12]);
    expect(bestSpan([long], { ...rule, answerTokens: 2 }).range).toEqual([0, 9]);
    expect(bestSpan([long], { ...rule, answerTokens: 1 }).range).toEqual([0, 3]);
  });

  it('tries the n best of each side alone, the first of equals first', () => {
    const question = window([0, 9, 5, 0, 0], [0, 9, 0, 5, 0]);
    expect(bestSpan([question], { ...rule, nBest: 1 })).toEqual({ range: null, score: -Infinity, none: 0 });
    expect(bestSpan([question], { ...rule, nBest: 2 }).range).toEqual([0, 9]);
    const equal = window([0, 0, 1, 1, 1], [0, 0, 1, 1, 1]);
    expect(bestSpan([equal], rule).range).toEqual([0, 3]);
  });
});
