import { readFileSync } from 'node:fs';
import { fold, key, uniform } from '@lab/random';
import { describe, expect, it } from 'vitest';
import { calibrationError, equalWidth, type Bet } from '../src/calibration/calibration.ts';
import { calibrationFloor, debiasedError } from '../src/calibration/calibration-bias.ts';
import { smoothCalibrationError } from '../src/calibration/smooth-calibration.ts';

/** n bets whose confidence is uniform on [.5, 1]; right with probability `truth(confidence)`. */
const bets = (stream: number, n: number, truth = (c: number) => c): Bet[] => {
  const [c, u] = [0, 1].map((part) => uniform(fold(key(stream), part), n)) as [Float32Array, Float32Array];
  return Array.from(c, (v, i) => ({ confidence: 0.5 + v / 2, right: u[i]! < truth(0.5 + v / 2) }));
};

const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;

describe('the floor of a calibration error', () => {
  it('is what a perfectly calibrated model reads on average', () => {
    for (const n of [60, 300]) {
      const read = Array.from({ length: 400 }, (_, s) => calibrationError(equalWidth(bets(s, n), 15))!);
      const floor = Array.from({ length: 40 }, (_, s) => calibrationFloor(bets(s, n), 15)!);
      expect(mean(read) / mean(floor)).toBeCloseTo(1, 1);
    }
  });
  it('is the same by the exact and the normal law where they meet', () => {
    const p = Array.from({ length: 200 }, (_, i) => ({ confidence: 0.5 + i / 500, right: true }));
    const exact = calibrationFloor(p, 1)!;
    const normalLaw = calibrationFloor([...p, { confidence: 1, right: true }], 1)! * (201 / 200);
    expect(normalLaw / exact).toBeCloseTo(1, 2);
  });
  it('is null without examples', () => expect(calibrationFloor([], 15)).toBeNull());
});

describe('the debiased calibration error', () => {
  it('is nearer to the truth than the plain one', () => {
    for (const bend of [0, 0.2]) {
      const truth = (c: number) => c - bend * (c - 0.5);
      const all = Array.from({ length: 300 }, (_, s) => equalWidth(bets(s, 300, truth), 15));
      const target = bend * 0.25;
      const plain = mean(all.map((b) => calibrationError(b)!)) - target;
      const debiased = mean(all.map((b) => debiasedError(b)!)) - target;
      expect(Math.abs(debiased)).toBeLessThan(0.6 * Math.abs(plain));
    }
  });
  it('is the plain one where nothing is random', () => {
    const sure = [{ confidence: 0.9, right: true }, { confidence: 0.9, right: true }]; // prettier-ignore
    expect(debiasedError(equalWidth(sure, 15))).toBeCloseTo(0.1, 12);
    expect(debiasedError(equalWidth([], 15))).toBeNull();
  });
});

describe('smooth ECE', () => {
  it("agrees with its authors' library", () => {
    // Made by scripts/fixtures/scores/verdicts.py with relplot.
    const { cases } = JSON.parse(
      readFileSync(new URL('fixtures/smooth-calibration.json', import.meta.url), 'utf8'),
    ) as { cases: { confidence: number[]; right: number[]; smooth: number }[] };
    for (const { confidence, right, smooth } of cases) {
      const some = confidence.map((c, i) => ({ confidence: c, right: right[i] === 1 }));
      expect(Math.abs(smoothCalibrationError(some)! - smooth)).toBeLessThan(0.003);
    }
  });
  it('is null without examples', () => expect(smoothCalibrationError([])).toBeNull());
});
