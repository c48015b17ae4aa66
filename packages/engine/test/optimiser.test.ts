import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adamW, adamWScalars, clipByNorm, learningRate, tf, type Schedule } from '../src/index.ts';

interface Fixture {
  readonly adamw: {
    readonly peak: number;
    readonly warmup: number;
    readonly limit: number;
    readonly decay: readonly number[];
    readonly start: readonly number[];
    readonly grads: readonly (readonly number[])[];
    readonly after: readonly { readonly [name in 'theta' | 'm' | 'v']: readonly number[] }[];
  };
  readonly schedules: readonly (Omit<Schedule, 'peak'> & { readonly factors: readonly number[] })[];
  readonly clips: readonly {
    readonly limit: number;
    readonly grad: readonly number[];
    readonly clipped: readonly number[];
  }[];
}

/** Computed by torch and transformers in float64: scripts/fixtures/training/adamw.py. */
const fixture = JSON.parse(readFileSync(new URL('fixtures/adamw.json', import.meta.url), 'utf8')) as Fixture;

/** One rounding of float32, relative. */
const ulp = 2 ** -24;

const near = (given: tf.Tensor, expected: readonly number[], roundings: number): void => {
  given.dataSync().forEach((x, i) => {
    expect(Math.abs(x - expected[i]!)).toBeLessThanOrEqual(roundings * ulp * Math.max(1, Math.abs(expected[i]!)));
  });
};

const vector = (x: readonly number[]): tf.Tensor1D => tf.tensor1d([...x], 'float32');

describe('AdamW', () => {
  it('follows torch over twelve steps with clipping, decay by group and a schedule', () => {
    const { peak, warmup, limit, decay, start, grads, after } = fixture.adamw;
    const steps = grads.length;
    tf.tidy(() => {
      let state = { theta: vector(start), m: tf.zeros([6]) as tf.Tensor1D, v: tf.zeros([6]) as tf.Tensor1D };
      after.forEach((expected, step) => {
        const { correction1, correction2 } = adamWScalars(step + 1);
        state = adamW({
          ...state,
          grad: clipByNorm(vector(grads[step]!), limit),
          decay: vector(decay),
          lr: tf.scalar(learningRate({ peak, steps, warmup, after: 'linear' }, step)),
          correction1: tf.scalar(correction1),
          correction2: tf.scalar(correction2),
        });
        // A step rounds some ten numbers of size at most one each; errors of earlier steps add up.
        for (const name of ['theta', 'm', 'v'] as const) near(state[name], expected[name], 10 * (step + 1));
      });
    });
  });

  it('moves by the learning rate times the sign in its first step, whatever the size of the gradient', () => {
    const { correction1, correction2 } = adamWScalars(1);
    const moved = tf.tidy(() =>
      adamW({
        theta: vector([0, 0, 0]),
        grad: vector([1e-3, -20, 0]),
        m: vector([0, 0, 0]),
        v: vector([0, 0, 0]),
        decay: vector([0, 0, 0]),
        lr: tf.scalar(0.1),
        correction1: tf.scalar(correction1),
        correction2: tf.scalar(correction2),
      }).theta.arraySync(),
    );
    // epsilon = 1e-8 beside a gradient of 1e-3 is a share of 1e-5.
    expect(moved[0]).toBeCloseTo(-0.1, 5);
    expect(moved[1]).toBeCloseTo(0.1, 6);
    expect(moved[2]).toBe(0);
  });
});

describe('clipping', () => {
  it.each(fixture.clips)('of $grad at $limit is torch’s', ({ limit, grad, clipped }) => {
    tf.tidy(() => {
      const result = clipByNorm(vector(grad), limit);
      result
        .dataSync()
        .forEach((x, i) => expect(Math.abs(x - clipped[i]!)).toBeLessThanOrEqual(8 * ulp * Math.abs(clipped[i]!)));
    });
  });
});

describe('learning rate', () => {
  it.each(fixture.schedules)(
    '$after over $steps steps, warm-up $warmup, is that of transformers',
    ({ factors, ...s }) => {
      factors.forEach((factor, step) => expect(learningRate({ peak: 3, ...s }, step)).toBeCloseTo(3 * factor, 12));
    },
  );
});
