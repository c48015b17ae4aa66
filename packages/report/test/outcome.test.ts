import { softmax } from '@lab/metrics';
import type { Prediction } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { betsOf, outcomes, storedOutputs, storedScores } from '../src/study/scores/outcome.ts';

const row = (deterministic: number[], label: number, more: Partial<Prediction> = {}): Prediction => ({
  id: `${label}${deterministic.join()}`,
  label,
  deterministic,
  ...more,
});

describe('outputs', () => {
  it('of an ensemble are its first M members, averaged as logits or as probabilities', () => {
    const members = [
      [2, 0],
      [0, 0],
      [9, 9],
    ];
    const r = row([0, 0], 0, { members });
    expect(storedOutputs([r], 'ensemble-logits', 2)).toEqual([[1, 0]]);
    const half = (softmax([2, 0])[0]! + 0.5) / 2;
    expect(Math.exp(storedOutputs([r], 'ensemble-probabilities', 2)![0]![0]!)).toBeCloseTo(half, 14);
    expect(storedOutputs([r], 'ensemble-logits', 4)).toBeNull();
    expect(storedOutputs([r, row([1, 0], 0)], 'ensemble-logits', 2)).toBeNull();
    expect(storedOutputs([r], 'mean-field', 1)).toBeNull();
    // Jensen: averaging logits never does worse than the members' mean NLL.
    const nll = (logits: number[]): number => storedScores([row(logits, 0)], 'deterministic', 1)!.nll!;
    const ensemble = storedScores([r], 'ensemble-logits', 2)!.nll!;
    expect(ensemble).toBeLessThanOrEqual((nll([2, 0]) + nll([0, 0])) / 2);
  });
  it('of a regression are values, without classes to be right about', () => {
    const r = row([1.5], 2, { members: [[1], [2]] });
    expect(outcomes([r], 'deterministic', 1)).toBeNull();
    expect(storedOutputs([r], 'ensemble-logits', 2)).toEqual([[1.5]]);
  });
});

describe('scores', () => {
  it('of classes and of values', () => {
    const classes = storedScores([row([3, 0], 0), row([0, 3], 0)], 'deterministic', 1)!;
    expect(classes.accuracy).toBe(0.5);
    expect(Object.keys(classes)).toEqual(['accuracy', 'matthews', 'nll', 'brier', 'ece']);
    const values = storedScores([row([1], 2), row([2], 4), row([3], 6)], 'deterministic', 1)!;
    expect(values.pearson).toBeCloseTo(1, 12);
    expect(values.mse).toBeCloseTo(14 / 3, 12);
    expect(storedScores([], 'deterministic', 1)).toBeNull();
  });
  it('per example: right or wrong, and how sure', () => {
    const both = outcomes([row([1000, 0], 1), row([0, 0], 0)], 'deterministic', 1)!;
    expect([...both.correct]).toEqual([0, 1]);
    expect([...both.confidence]).toEqual([1, 0.5]);
    expect(betsOf(both)).toEqual([
      { confidence: 1, right: false },
      { confidence: 0.5, right: true },
    ]);
  });
});
