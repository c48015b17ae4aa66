import { present } from '@lab/records';
import { dot, matMul, tf } from '@lab/engine';
import { fold, key, normal } from '@lab/random';
import { describe, expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { floatsAt } from '../named.ts';
import { drawn, initial, linears, tiny, trained, weights } from '../../test/tiny.ts';
import { topSpectrum, type Spectrum } from './spectrum.ts';

const matrix = (word: string, rows: number, columns: number) => normal(fold(key(5), word), rows * columns);

/** sum_i s_i u_i v_iᵀ, row-major. */
const rebuilt = ({ values, left, right }: Spectrum): Float64Array => {
  const scaled = left.map((row, i) => row.map((x) => x * present(values[i])));
  const U = Array.from(present(left[0]), (_, at) => scaled.map((row) => present(row[at]))).flat();
  return matMul(
    U,
    right.flatMap((row) => [...row]),
    values.length,
  );
};

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - present(b[i]))), 0);

describe('the decomposition', () => {
  it.each([
    [7, 12],
    [12, 7],
  ])('with all values gives the matrix back (%i x %i)', (rows, columns) => {
    const W = matrix('whole', rows, columns);
    expect(distance(rebuilt(topSpectrum(W, { rows, columns, k: 7, key: key(1) })), W)).toBeLessThan(1e-9);
  });

  it('finds known leading values and vectors, and the rest is orthogonal to them', () => {
    // A matrix of forty directions with values 40, 39 / 2, 38 / 4, …: gaps wide enough for twenty
    // power steps.
    const n = 40;
    const square = { rows: n, columns: n, k: n, key: key(2) };
    const [left, right] = [topSpectrum(matrix('u', n, n), square).left, topSpectrum(matrix('v', n, n), square).left];
    const known = Float64Array.from({ length: n }, (_, i) => (n - i) / 2 ** i);
    const W = Float32Array.from(rebuilt({ values: known, left, right }));
    const top = topSpectrum(W, { ...square, k: 5, key: key(3) });
    // The matrix was rounded to float32: 40 * 2^-24 is 2e-6.
    expect(distance(top.values, known)).toBeLessThan(1e-5);
    top.left.forEach((vector, i) => expect(Math.abs(Math.abs(dot(vector, present(left[i]))) - 1)).toBeLessThan(1e-6));
  });
});

describe('nora', () => {
  const target_modules = linears.map(({ path }) => path);
  const adapter = adapters.build(adapters.parse({ name: 'nora', r: 2, outer: 3, target_modules }), tiny);

  it('starts its outer pair at the best approximation of the weights of its rank', () => {
    const start = initial(adapter);
    for (const { path, dIn, dOut } of linears) {
      const k = Math.min(3, dIn, dOut);
      const kernel = floatsAt(weights, `${path}.weight`);
      const error = tf.tidy(() => {
        const of = (name: string, shape: [number, number]) => tf.tensor2d(floatsAt(start, `${path}.${name}`), shape);
        const near = tf.transpose(tf.matMul(of('outer_B', [dOut, k]), of('outer_A', [k, dIn])));
        return tf.norm(tf.sub(tf.tensor2d(kernel, [dIn, dOut]), near)).dataSync()[0];
      });
      // Eckart and Young: the error is the norm of the values that were cut.
      const all = topSpectrum(kernel, { rows: dIn, columns: dOut, k: Math.min(dIn, dOut), key: key(9) });
      const cut = all.values.slice(k);
      expect(Math.abs(present(error) - Math.sqrt(dot(cut, cut)))).toBeLessThan(1e-5);
    }
  });

  it('moves weights within the span of the outer pair alone, and counts the inner one', () => {
    const spec = present(linears[3]);
    const start = { ...trained(adapter), ...initial(adapter) };
    const update = present(adapter.delta)(spec, { ...start, [`${spec.path}.lora_B`]: drawn('moved', [3, 2]) });
    const kernel = floatsAt(weights, `${spec.path}.weight`);
    const { left } = topSpectrum(kernel, { rows: 4, columns: 6, k: 4, key: key(9) });
    // The fourth input direction is outside: ΔWᵀ u is zero.
    for (const along of matMul(present(left[3]), update, spec.dIn)) expect(Math.abs(along)).toBeLessThan(1e-5);
    expect(update.some((x) => Math.abs(x) > 0.01)).toBe(true);
    const free = adapter.params.filter(({ frozen }) => !frozen).map(({ shape }) => shape);
    expect(free.every((shape) => shape.reduce((a, b) => a * b) === 6)).toBe(true);
  });
});
