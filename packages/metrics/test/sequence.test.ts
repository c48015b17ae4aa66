import { describe, expect, it } from 'vitest';
import { sequenceScores } from '../src/index.ts';

/** Worked out by hand: three tasks of two classes. */
const matrix = [
  [0.9, 0.6, 0.4],
  [0.7, 0.8, 0.5],
  [0.6, 0.75, 0.95],
];

describe('scores of a sequence', () => {
  it('are those of a matrix worked out by hand', () => {
    const { last, average, learned, forgetting, backward, forward } = sequenceScores(matrix, [0.5, 0.5, 0.5]);
    expect(last).toBeCloseTo((0.6 + 0.75 + 0.95) / 3, 12);
    expect(average).toBeCloseTo((0.9 + 0.75 + (0.6 + 0.75 + 0.95) / 3) / 3, 12);
    expect(learned).toBeCloseTo((0.9 + 0.8 + 0.95) / 3, 12);
    expect(forgetting).toBeCloseTo((0.3 + 0.05) / 2, 12);
    expect(backward).toBeCloseTo((-0.3 - 0.05) / 2, 12);
    expect(forward).toBeCloseTo((0.1 + 0) / 2, 12);
  });

  it('count what was lost since the best stage, not since the first', () => {
    const { forgetting, backward } = sequenceScores(
      [
        [0.5, null],
        [0.7, 0.8],
      ],
      [0.5, 0.5],
    );
    // With two tasks the best stage before the last is the first.
    expect([forgetting, backward]).toEqual([expect.closeTo(-0.2, 12), expect.closeTo(0.2, 12)]);
    const rising = [
      [0.5, null, null],
      [0.9, 0.8, null],
      [0.7, 0.8, 0.8],
    ];
    const scores = sequenceScores(rising, [0, 0, 0]);
    expect(scores.forgetting).toBeCloseTo((0.2 + 0) / 2, 12);
    expect(scores.backward).toBeCloseTo((0.2 + 0) / 2, 12);
    expect(scores.forward).toBeNull();
  });

  it('of one row for several tasks are its mean alone', () => {
    expect(sequenceScores([[0.8, 0.6]], [0.5, 0.5])).toEqual({
      last: 0.7,
      average: null,
      learned: null,
      forgetting: null,
      backward: null,
      forward: null,
    });
  });

  it('are missing where an entry is', () => {
    const { last, learned } = sequenceScores(
      [
        [0.9, null],
        [null, 0.8],
      ],
      [0.5, 0.5],
    );
    expect([last, learned]).toEqual([null, expect.closeTo(0.85, 12)]);
  });
});
