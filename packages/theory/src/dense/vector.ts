import { dot, matMul, orthonormal } from '@lab/engine';

export { dot, matMul };

/** Euclidean norm. */
export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));

/** a + scale b, as a new vector. */
export const plus = (a: Float64Array, b: ArrayLike<number>, scale = 1): Float64Array =>
  a.map((x, i) => x + scale * b[i]!);

/** scale a, as a new vector. */
export const times = (a: Float64Array, scale: number): Float64Array => a.map((x) => scale * x);

/** M x for a row-major M [x.length columns]. */
export const matVec = (M: ArrayLike<number>, x: ArrayLike<number>): Float64Array => {
  const columns = x.length;
  const out = new Float64Array(M.length / columns);
  for (let i = 0; i < out.length; i++) {
    let total = 0;
    for (let j = 0; j < columns; j++) total += M[i * columns + j]! * x[j]!;
    out[i] = total;
  }
  return out;
};

/** Mᵀ y for a row-major M with y.length rows. */
export const matTVec = (M: ArrayLike<number>, y: ArrayLike<number>): Float64Array => {
  const columns = M.length / y.length;
  const out = new Float64Array(columns);
  for (let i = 0; i < y.length; i++) for (let j = 0; j < columns; j++) out[j]! += M[i * columns + j]! * y[i]!;
  return out;
};

/** Rows of a row-major matrix made orthonormal, in order. At most `columns` rows. */
export const orthonormalRows = (M: Float64Array, columns: number): Float64Array => {
  const rows = Array.from({ length: M.length / columns }, (_, i) => M.slice(i * columns, (i + 1) * columns));
  return Float64Array.from(orthonormal(rows).flatMap((row) => [...row]));
};
