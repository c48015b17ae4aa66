import { describe, expect, it } from 'vitest';
import { ensembleLogits, equalWidth, measure } from '../src/index.ts';
import type { TaskKind } from '../src/task.ts';

const binary: TaskKind = { kind: 'classification', classes: ['no', 'yes'] };
const three: TaskKind = { kind: 'classification', classes: ['a', 'b', 'c'] };
const real: TaskKind = { kind: 'regression', range: [0, 5] };
/** Logits that give these probabilities. */
const at = (...p: number[]) => p.map(Math.log);

describe('measure', () => {
  it('agrees with numbers worked by hand', () => {
    // Predictions 1, 1, 0, 0 for labels 1, 0, 0, 1: one of each cell of the confusion matrix.
    const logits = [at(0.2, 0.8), at(0.4, 0.6), at(0.9, 0.1), at(0.7, 0.3)];
    const m = measure(binary, undefined, logits, [1, 0, 0, 1]);
    expect(m['accuracy']).toBe(0.5);
    expect(m['f1']).toBe(0.5);
    expect(m['matthews']).toBe(0);
    expect(m['nll']).toBeCloseTo(-(Math.log(0.8) + Math.log(0.4) + Math.log(0.9) + Math.log(0.3)) / 4, 12);
    expect(m['brier']).toBeCloseTo((2 * (0.2 ** 2 + 0.6 ** 2 + 0.1 ** 2 + 0.7 ** 2)) / 4, 12);
    // Four confidences in four bins of 15: 0.8 right, 0.6 wrong, 0.9 right, 0.7 wrong.
    expect(m['ece']).toBeCloseTo((0.2 + 0.6 + 0.1 + 0.7) / 4, 12);
  });

  it('closes bins on the right and keeps 1.0 in the last', () => {
    const bins = equalWidth(
      [0.2, 0.4, 0.6, 1, 0].map((confidence) => ({ confidence, right: true })),
      5,
    );
    expect(bins.map(({ count }) => count)).toEqual([2, 1, 1, 0, 1]);
    for (let i = 1; i <= 15; i++) expect(equalWidth([{ confidence: i / 15, right: true }], 15)[i - 1]!.count).toBe(1);
  });

  it('counts a far-off label without clipping', () => {
    expect(measure(binary, ['nll'], [[1000, 0]], [1])).toEqual({ nll: 1000 });
  });

  it('gives null where a value is undefined', () => {
    expect(measure(binary, ['accuracy', 'ece'], [], [])).toEqual({ accuracy: null, ece: null });
    expect(
      measure(
        binary,
        ['f1', 'matthews', 'accuracy'],
        [
          [1, 0],
          [1, 0],
        ],
        [0, 0],
      ),
    ).toEqual({ f1: null, matthews: 0, accuracy: 1 });
    expect(measure(three, ['f1', 'nll'], [[Number.NaN, 0, 0]], [0])).toEqual({ f1: null, nll: null });
    expect(measure(real, undefined, [[1], [1]], [2, 3])).toEqual({ pearson: null, spearman: null, mse: 2.5 });
    expect(measure(real, ['pearson'], [[1]], [2])).toEqual({ pearson: null });
  });

  it('refuses metrics of another task and shapes that do not fit', () => {
    expect(() => measure(real, ['accuracy'], [[1]], [1])).toThrow(
      'unknown metric "accuracy" for a regression task; allowed: pearson, spearman, mse',
    );
    expect(() => measure(binary, undefined, [[1, 0, 0]], [1])).toThrow(/3 outputs, the task has 2/);
    expect(() => measure(binary, undefined, [[1, 0]], [])).toThrow(RangeError);
  });
});

describe('ensembleLogits', () => {
  const members = [[at(0.9, 0.1)], [at(0.3, 0.7)], [at(0.5, 0.5)]];

  it('averages logits, or probabilities, of the first m members', () => {
    const mean = ensembleLogits(members, 'probabilities', 2)[0]!.map(Math.exp);
    expect(mean[0]).toBeCloseTo(0.6, 12);
    expect(mean[1]).toBeCloseTo(0.4, 12);
    expect(ensembleLogits(members, 'logits', 2)[0]![0]).toBeCloseTo((Math.log(0.9) + Math.log(0.3)) / 2, 12);
  });

  it('equals the member itself for one member, up to the logarithm', () => {
    expect(ensembleLogits(members, 'logits', 1)).toEqual([members[0]![0]]);
    expect(ensembleLogits([[[3, 1]]], 'probabilities', 1)[0]![0]).toBeCloseTo(-Math.log(1 + Math.exp(-2)), 12);
  });

  it('averages the predictions of a regression in both ways, and survives probabilities that underflow', () => {
    expect(ensembleLogits([[[1]], [[3]]], 'probabilities', 2)).toEqual([[2]]);
    const row = ensembleLogits([[[0, -2000]], [[0, -2000]]], 'probabilities', 2)[0]!;
    expect(row[1]).toBeCloseTo(-2000, 9);
  });

  it('refuses sizes outside the members', () => {
    expect(() => ensembleLogits(members, 'logits', 4)).toThrow(/1 to 3; got 4/);
  });
});
