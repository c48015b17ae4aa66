import type { HostParams } from '@lab/adapter';
import { floats } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { averagingError } from '../src/stages/averaging.ts';
import { combined, combinedWeight } from '../src/stages/combine.ts';

const f = (...x: number[]) => Float32Array.from(x);

describe('several updates as one', () => {
  it('by task arithmetic are their sum, times lambda', () => {
    expect([...combined({ name: 'arithmetic', scale: 0.5 }, [f(1, -2), f(3, 4)])]).toEqual([2, 1]);
    const weight = combinedWeight({ name: 'arithmetic', scale: 2 }, floats(f(1, 1)), [
      floats(f(2, 1)),
      floats(f(1, 0)),
    ]);
    expect([...weight.data]).toEqual([3, -1]);
  });

  it('by TIES keep the largest numbers, elect a sign, and average those that have it', () => {
    const updates = [f(4, -3, 0.1, 2), f(-1, -5, 0.2, 3), f(2, 6, 0.3, -9)];
    // All kept: sums of sizes elect +, -, +, -.
    expect([...combined({ name: 'ties', keep: 1, scale: 1 }, updates)].map((x) => Number(x.toFixed(6)))).toEqual([
      3, -4, 0.2, -9,
    ]);
    // Half kept: (4, -3), (-5, 3), (6, -9).
    expect([...combined({ name: 'ties', keep: 0.5, scale: 2 }, updates)]).toEqual([8, -8, 0, -18]);
  });

  it('by TIES leave a place at zero where signs cancel', () =>
    expect([...combined({ name: 'ties', keep: 1, scale: 1 }, [f(1), f(-1)])]).toEqual([0]));
});

describe('the error of averaging factors', () => {
  /** One map of 1 x 1: the update is b a. */
  const adapter = {
    targets: [{ path: 'w', dIn: 1, dOut: 1, layer: 0 }],
    delta: (_: unknown, params: HostParams) => f(params['a']!.data[0]! * params['b']!.data[0]!),
  };
  const left = (a: number, b: number) => ({ share: 0.5, params: { a: floats(f(a)), b: floats(f(b)) } });
  const error = (lefts: readonly ReturnType<typeof left>[], a: number, b: number) =>
    averagingError({ adapter: adapter as never }, lefts, { a: floats(f(a)), b: floats(f(b)) });

  it('by hand: mean of 1 x 2 and 3 x 4 is 7, of the means 2 x 3 = 6', () =>
    expect(error([left(1, 2), left(3, 4)], 2, 3)).toBeCloseTo(1 / 7, 12));

  it('is zero where all have one factor', () => expect(error([left(2, 1), left(2, 5)], 2, 3)).toBe(0));

  it('is nothing for a single run', () => expect(error([left(1, 2)], 1, 2)).toBeUndefined());
});
