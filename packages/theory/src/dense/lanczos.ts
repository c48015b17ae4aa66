import { orthogonalTo } from '@lab/engine';
import { itemAt } from '@lab/records';
import { normal, type Key } from '@lab/random';
import { dot, norm, times } from './vector.ts';

/** How many eigenvalues of a symmetric tridiagonal matrix lie below x (Sturm sequence). */
const countBelow = (diagonal: readonly number[], beside: readonly number[], x: number): number => {
  let count = 0;
  let q = 1;
  for (const [i, entry] of diagonal.entries()) {
    q = entry - x - (i === 0 ? 0 : itemAt(beside, i - 1) ** 2 / q);
    if (q === 0) q = 1e-300;
    if (q < 0) count++;
  }
  return count;
};

/**
 * The k-th smallest eigenvalue (k from 0) of a symmetric tridiagonal matrix, by bisection to double
 * precision.
 */
const tridiagonal = (diagonal: readonly number[], beside: readonly number[], k: number): number => {
  const radius = (i: number) => Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0);
  let low = Math.min(...diagonal.map((d, i) => d - radius(i)));
  let high = Math.max(...diagonal.map((d, i) => d + radius(i)));
  for (let step = 0; step < 200 && high - low > 2 ** -52 * Math.max(Math.abs(low), Math.abs(high)); step++) {
    const middle = (low + high) / 2;
    if (countBelow(diagonal, beside, middle) > k) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
};

/**
 * Smallest and largest eigenvalue of a symmetric matrix known by its products alone: Lanczos with
 * full reorthogonalisation from a random start, at most `steps` products. Exact to rounding when
 * `steps` reaches the dimension; else the smallest is from above and the largest from below.
 */
export const extremeEigenvalues = (
  product: (v: Float64Array) => Float64Array,
  size: number,
  key: Key,
  steps = Math.min(size, 80),
): { readonly smallest: number; readonly largest: number } => {
  const start = Float64Array.from(normal(key, size));
  const basis = [times(start, 1 / norm(start))];
  const diagonal: number[] = [];
  const beside: number[] = [];
  for (let j = 0; j < steps; j++) {
    const v = itemAt(basis, j);
    const image = product(v);
    const scale = norm(image);
    diagonal.push(dot(v, image));
    const w = orthogonalTo(basis, image);
    const length = norm(w);
    // An invariant subspace: the values are exact.
    if (j + 1 === steps || length <= 1e-13 * scale) break;
    beside.push(length);
    basis.push(times(w, 1 / length));
  }
  return {
    smallest: tridiagonal(diagonal, beside, 0),
    largest: tridiagonal(diagonal, beside, diagonal.length - 1),
  };
};
