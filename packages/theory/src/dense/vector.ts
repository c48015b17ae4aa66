import { dot, matMul, orthonormal, transposed } from '@lab/engine';
import { itemAt } from '@lab/records';

export { dot, matMul, transposed };

/** Euclidean norm. */
export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));

/** a + scale b, as a new vector. */
export const plus = (a: Float64Array, b: ArrayLike<number>, scale = 1): Float64Array =>
  a.map((x, i) => x + scale * itemAt(b, i));

/** scale a, as a new vector. */
export const times = (a: Float64Array, scale: number): Float64Array => a.map((x) => scale * x);

/** scale b added to the beginning of a, in place. */
export const addTo = (a: Float64Array, b: ArrayLike<number>, scale = 1): void => {
  for (let i = 0; i < b.length; i++) a[i] = itemAt(a, i) + scale * itemAt(b, i);
};

/** scale a xᵀ added to a row-major matrix, in place. */
export const addOuter = (M: Float64Array, a: ArrayLike<number>, x: ArrayLike<number>, scale = 1): void => {
  for (let i = 0; i < a.length; i++) addTo(rowOf(M, i, x.length), x, scale * itemAt(a, i));
};

/** Row i of a row-major matrix, without a copy. */
export const rowOf = (M: Float64Array, i: number, columns: number): Float64Array =>
  M.subarray(i * columns, (i + 1) * columns);

/** M x for a row-major M [x.length columns]. */
export const matVec = (M: Float64Array, x: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: M.length / x.length }, (_, i) => dot(rowOf(M, i, x.length), x));

/** Mᵀ y for a row-major M with y.length rows. */
export const matTVec = (M: Float64Array, y: ArrayLike<number>): Float64Array => {
  const columns = M.length / y.length;
  const out = new Float64Array(columns);
  for (let i = 0; i < y.length; i++) addTo(out, rowOf(M, i, columns), itemAt(y, i));
  return out;
};

/** Rows of a row-major matrix made orthonormal, in order. At most `columns` rows. */
export const orthonormalised = (M: Float64Array, columns: number): Float64Array => {
  const rows = Array.from({ length: M.length / columns }, (_, i) => rowOf(M, i, columns));
  return Float64Array.from(orthonormal(rows).flatMap((row) => [...row]));
};
