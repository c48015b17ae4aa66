import { normal, key } from '@lab/random';
import { expect, it } from 'vitest';
import { dot, matMul, orthogonalTo, orthonormal, transposed } from '../src/index.ts';

const rows = (n: number, d: number): readonly Float64Array[] =>
  Array.from({ length: n }, (_, i) => Float64Array.from(normal(key(i), d)));

it('makes vectors orthonormal in order, and zeros of those in the span of earlier ones', () => {
  const [a, b, c] = rows(3, 5) as [Float64Array, Float64Array, Float64Array];
  const mixture = a.map(
    (x, i) =>
      2 * x -
      dot(
        b,
        Float64Array.from({ length: 5 }, (_, j) => Number(i === j)),
      ),
  );
  const basis = orthonormal([a, b, mixture, c]);
  basis.forEach((x, i) => basis.forEach((y, j) => expect(dot(x, y)).toBeCloseTo(Number(i === j && i !== 2), 14)));
  expect(dot(basis[0] ?? [], a)).toBeCloseTo(Math.sqrt(dot(a, a)), 12);
});

it('takes the parts along a basis away, even from a vector that nearly lies in it', () => {
  const basis = orthonormal(rows(3, 6));
  const [near] = rows(1, 6).map((noise) => noise.map((x, i) => (basis[1]?.[i] ?? 0) + 1e-9 * x));
  const rest = orthogonalTo(basis, near ?? new Float64Array(6));
  for (const unit of basis) expect(Math.abs(dot(unit, rest))).toBeLessThan(1e-14 * Math.sqrt(dot(rest, rest)) * 10);
});

it('multiplies and transposes row-major matrices, worked by hand', () => {
  expect([...matMul([1, 2, 3, 4, 5, 6], [1, 0, 0, 1, 1, 1], 3)]).toEqual([4, 5, 10, 11]);
  expect([...transposed(Float32Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([1, 4, 2, 5, 3, 6]);
});
