import { fold, key, normal } from '@lab/random';
import { tf } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { drawn, initial, linears, tiny, trained, weights } from '../../test/tiny.ts';
import { topSpectrum } from './spectrum.ts';

const matrix = (word: string, rows: number, columns: number) => normal(fold(key(5), word), rows * columns);

/** sum_i s_i u_i v_iᵀ, row-major. */
const rebuilt = ({ values, left, right }: ReturnType<typeof topSpectrum>): number[] =>
  Array.from({ length: left[0]!.length * right[0]!.length }, (_, at) => {
    const [i, j] = [Math.floor(at / right[0]!.length), at % right[0]!.length];
    return values.reduce((sum, s, k) => sum + s * left[k]![i]! * right[k]![j]!, 0);
  });

describe('the decomposition', () => {
  it.each([
    [7, 12],
    [12, 7],
  ])('with all values gives the matrix back (%i x %i)', (rows, columns) => {
    const W = matrix('whole', rows, columns);
    rebuilt(topSpectrum(key(1), W, rows, columns, 7)).forEach((x, i) => expect(Math.abs(x - W[i]!)).toBeLessThan(1e-9));
  });

  it('finds known leading values and vectors, and the rest is orthogonal to them', () => {
    // A matrix of forty directions with values 40, 39 / 2, 38 / 4, …: gaps wide enough for twenty power steps.
    const n = 40;
    const [u, v] = ['u', 'v'].map((word) => topSpectrum(key(2), matrix(word, n, n), n, n, n).left);
    const known = Array.from({ length: n }, (_, i) => (n - i) / 2 ** i);
    const W = Float32Array.from(rebuilt({ values: Float64Array.from(known), left: u!, right: v! }));
    const { values, left } = topSpectrum(key(3), W, n, n, 5);
    // The matrix was rounded to float32: 40 * 2^-24 is 2e-6.
    values.forEach((value, i) => expect(Math.abs(value - known[i]!)).toBeLessThan(1e-5));
    left.forEach((vector, i) => {
      const along = vector.reduce((sum, x, j) => sum + x * u![i]![j]!, 0);
      expect(Math.abs(Math.abs(along) - 1)).toBeLessThan(1e-6);
    });
  });
});

describe('nora', () => {
  const target_modules = linears.map(({ path }) => path);
  const adapter = adapters.build(adapters.parse({ name: 'nora', r: 2, outer: 3, target_modules }), tiny);

  it('starts its outer pair at the best approximation of the weights of its rank', () => {
    const start = initial(adapter);
    for (const { path, dIn, dOut } of linears) {
      const k = Math.min(3, dIn, dOut);
      const error = tf.tidy(() => {
        const of = (name: string, shape: [number, number]) => tf.tensor2d(start[`${path}.${name}`]!.data, shape);
        const W = tf.tensor2d(weights[`${path}.weight`]!.data, [dIn, dOut]);
        const near = tf.transpose(tf.matMul(of('outer_B', [dOut, k]), of('outer_A', [k, dIn])));
        return tf.norm(tf.sub(W, near)).arraySync() as number;
      });
      // Eckart and Young: what is left is the norm of the values that were cut.
      const all = topSpectrum(key(9), weights[`${path}.weight`]!.data as Float32Array, dIn, dOut, Math.min(dIn, dOut));
      const cut = Math.sqrt(all.values.slice(k).reduce((sum, s) => sum + s * s, 0));
      expect(Math.abs(error - cut)).toBeLessThan(1e-5);
    }
  });

  it('moves weights within the span of the outer pair alone, and counts the inner one', () => {
    const spec = linears[3]!;
    const start = { ...trained(adapter), ...initial(adapter) };
    const params = { ...start, [`${spec.path}.lora_B`]: drawn('moved', [3, 2]) };
    const update = adapter.delta!(spec, params);
    const { left } = topSpectrum(key(9), weights[`${spec.path}.weight`]!.data as Float32Array, 4, 6, 4);
    // The fourth input direction is outside: ΔWᵀ u is zero.
    for (let o = 0; o < spec.dOut; o++) {
      const along = left[3]!.reduce((sum, u, i) => sum + u * update[i * spec.dOut + o]!, 0);
      expect(Math.abs(along)).toBeLessThan(1e-5);
    }
    expect(update.some((x) => Math.abs(x) > 0.01)).toBe(true);
    const free = adapter.params.filter(({ frozen }) => !frozen).map(({ shape }) => shape);
    expect(free.every((shape) => shape.reduce((a, b) => a * b) === 6)).toBe(true);
  });
});
