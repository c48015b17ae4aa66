import type { CurvePoint, RunConfig } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { scoreOf } from '../src/train/curve.ts';
import { stopsEarly } from '../src/train/select.ts';

const point = (epoch: number): CurvePoint => ({ step: epoch, epoch, trainLoss: 1, lr: 1, evaluations: [] });
const config = (patience?: number) =>
  ({ select: 'early-stopping', train: patience === undefined ? {} : { patience } }) as RunConfig;
const at = (epochs: number, best: number) => ({
  best: {} as never,
  cursor: {
    step: 0,
    lossSum: 0,
    lossCount: 0,
    seconds: 0,
    best: { epoch: best, score: -1 },
    curve: Array.from({ length: epochs }, (_, i) => point(i + 1)),
  },
});

describe('early stopping', () => {
  it('ends after so many evaluations without a lower validation loss', () => {
    expect(stopsEarly(config(), at(6, 4))).toBe(false);
    expect(stopsEarly(config(), at(7, 4))).toBe(true);
    expect(stopsEarly(config(1), at(5, 4))).toBe(true);
    expect(stopsEarly({ ...config(1), select: 'best-validation' }, at(9, 1))).toBe(false);
    expect(stopsEarly(config(1), { ...at(9, 1), best: null })).toBe(false);
  });
  it('goes by the loss, where best-validation goes by the main metric', () => {
    const metrics = { accuracy: 0.9, nll: 0.4 };
    const evaluations = [{ split: 'validation', readout: 'deterministic', members: 1, examples: 9, metrics }] as const;
    const rule = { headline: { readout: 'deterministic', members: 1 }, metric: 'accuracy' } as const;
    expect(scoreOf(evaluations, { ...rule, select: 'early-stopping' })).toBe(-0.4);
    expect(scoreOf(evaluations, { ...rule, select: 'best-validation' })).toBe(0.9);
  });
});
