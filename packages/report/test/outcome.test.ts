import type { Prediction } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { bins, ece, logProbabilities, measure, outcomes, predictedValue, softmax } from '../src/study/outcome.ts';

const row = (deterministic: number[], label: number, more: Partial<Prediction> = {}): Prediction => ({
  id: `${label}${deterministic.join()}`,
  label,
  deterministic,
  ...more,
});

describe('outcomes', () => {
  it('NLL by log-sum-exp, without clipping', () => {
    const o = outcomes([row([1000, 0], 1), row([0, 0], 0)], 'deterministic', 1)!;
    expect(o.nll[0]).toBe(1000);
    // Kept in single precision.
    expect(o.nll[1]).toBeCloseTo(Math.log(2), 6);
    expect([...o.correct]).toEqual([0, 1]);
    expect(softmax([1, 1, 1])[0]).toBeCloseTo(1 / 3, 15);
  });
  it('Brier sums over classes', () => {
    const o = outcomes([row([50, -50], 1)], 'deterministic', 1)!;
    expect(o.brier[0]).toBeCloseTo(2, 6);
  });
  it('ensembles are the first M members, logits and probabilities apart', () => {
    const members = [
      [2, 0],
      [0, 0],
      [9, 9],
    ];
    const r = row([0, 0], 0, { members });
    expect(logProbabilities(r, 'ensemble-logits', 2)![0]).toBeCloseTo(Math.log(softmax([1, 0])[0]!), 14);
    const half = (softmax([2, 0])[0]! + 0.5) / 2;
    expect(logProbabilities(r, 'ensemble-probabilities', 2)![0]).toBeCloseTo(Math.log(half), 14);
    expect(logProbabilities(r, 'ensemble-logits', 4)).toBeNull();
    expect(logProbabilities(r, 'mean-field', 1)).toBeNull();
    // Jensen: averaging logits never does worse than the members' mean NLL.
    const mean = -(logProbabilities(row([2, 0], 0), 'deterministic', 1)![0]! + Math.log(0.5)) / 2;
    expect(-logProbabilities(r, 'ensemble-logits', 2)![0]!).toBeLessThanOrEqual(mean);
  });
  it('a regression has values, not classes', () => {
    const r = row([1.5], 2, { members: [[1], [2]] });
    expect(outcomes([r], 'deterministic', 1)).toBeNull();
    expect(predictedValue(r, 'ensemble-logits', 2)).toBe(1.5);
  });
});

describe('calibration', () => {
  const o = (confidence: number[], correct: number[]) => ({
    confidence: Float32Array.from(confidence),
    correct: Uint8Array.from(correct),
  });
  it('bins are closed on the right; 0 and 1 have a place', () => {
    const b = bins(o([0, 0.5, 0.5000001, 1], [0, 1, 0, 1]), 2);
    expect(b.map((x) => x.count)).toEqual([2, 2]);
  });
  it('by hand: two bins', () => {
    // (.2 .4): accuracy .5, confidence .3; (.9): accuracy 1, confidence .9
    expect(ece(o([0.2, 0.4, 0.9], [1, 0, 1]), 2)).toBeCloseTo((2 * 0.2 + 0.1) / 3, 6);
    expect(ece(o([1, 1], [1, 1]))).toBe(0);
    expect(ece(o([1, 1], [0, 0]))).toBe(1);
  });
  it('measures all four', () => {
    const m = measure(outcomes([row([3, 0], 0), row([0, 3], 0)], 'deterministic', 1)!);
    expect(m.accuracy).toBe(0.5);
    expect(Object.keys(m)).toEqual(['accuracy', 'nll', 'brier', 'ece']);
  });
});
