/** A vector that keeps less than this share of its length lies in the span of those before it. */
const DEPENDENT = 1e-12;

/** Inner product of two vectors of equal length, in double precision. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** A B for row-major A [n, k] and B [k, m], as [n, m] in double precision. */
export const matMul = (A: ArrayLike<number>, B: ArrayLike<number>, k: number): Float64Array => {
  const [n, m] = [A.length / k, B.length / k];
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++)
    for (let l = 0; l < k; l++) {
      const a = A[i * k + l]!;
      for (let j = 0; j < m; j++) out[i * m + j]! += a * B[l * m + j]!;
    }
  return out;
};

/** Rows and columns that are transposed together, so that both lie in the cache. */
const TILE = 32;

/** The transpose of a row-major matrix with so many columns. */
export function transposed(M: Float32Array, columns: number): Float32Array;
export function transposed(M: Float64Array, columns: number): Float64Array;
export function transposed(M: Float32Array | Float64Array, columns: number): Float32Array | Float64Array {
  const rows = M.length / columns;
  const out = M.slice();
  for (let top = 0; top < rows; top += TILE) {
    const bottom = Math.min(rows, top + TILE);
    for (let left = 0; left < columns; left += TILE) {
      const right = Math.min(columns, left + TILE);
      for (let r = top; r < bottom; r++) for (let c = left; c < right; c++) out[c * rows + r] = M[r * columns + c]!;
    }
  }
  return out;
}

/**
 * A vector without its parts along orthonormal ones, as a new vector: Gram-Schmidt, twice, so that
 * what remains is orthogonal to rounding. Double precision.
 */
export const orthogonalTo = (basis: readonly Float64Array[], vector: Float64Array): Float64Array => {
  let rest = vector;
  for (let pass = 0; pass < 2; pass++)
    for (const unit of basis) {
      const along = dot(rest, unit);
      rest = rest.map((x, i) => x - along * unit[i]!);
    }
  return rest;
};

/**
 * Vectors made orthonormal, in order (Gram-Schmidt, twice). One that lies in the span of those
 * before it becomes zero.
 */
export const orthonormal = (vectors: readonly Float64Array[]): readonly Float64Array[] => {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = orthogonalTo(basis, vector);
    const length = Math.sqrt(dot(rest, rest));
    const factor = length > DEPENDENT * Math.sqrt(dot(vector, vector)) ? 1 / length : 0;
    basis.push(rest.map((x) => x * factor));
  }
  return basis;
};
