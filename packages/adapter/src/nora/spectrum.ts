import { dot, orthonormal, transposed } from '@lab/engine';
import { normal, type Key } from '@lab/random';

/**
 * Singular values from the largest down, with left vectors as rows [k, rows] and right vectors as
 * rows [k, columns].
 */
export interface Spectrum {
  readonly values: Float64Array;
  readonly left: readonly Float64Array[];
  readonly right: readonly Float64Array[];
}

/**
 * Columns beside those that are asked for, and block power steps on W Wᵀ: only the last few vectors
 * kept are not sharp then.
 */
const SPARE = 8;
const STEPS = 10;

/**
 * Eigenvalues and eigenvectors (as rows) of a symmetric matrix by Jacobi's rotations, the largest
 * first.
 */
const symmetricEigen = (
  matrix: readonly Float64Array[],
): { readonly values: readonly number[]; readonly vectors: readonly Float64Array[] } => {
  const n = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const v = a.map((row, i) => row.map((_, j) => Number(i === j)));
  const rotate = (x: Float64Array, y: Float64Array, c: number, s: number): void => {
    for (let i = 0; i < n; i++) {
      const [xi, yi] = [x[i]!, y[i]!];
      x[i] = c * xi - s * yi;
      y[i] = s * xi + c * yi;
    }
  };
  for (let sweep = 0; sweep < 30; sweep++) {
    const squares = (of: (p: number, q: number) => boolean): number =>
      a.reduce((sum, row, p) => row.reduce((part, x, q) => part + (of(p, q) ? x * x : 0), sum), 0);
    if (squares((p, q) => p !== q) <= 1e-26 * squares((p, q) => p === q)) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const [rowP, rowQ] = [a[p]!, a[q]!];
        if (rowP[q] === 0) continue;
        const theta = (rowQ[q]! - rowP[p]!) / (2 * rowP[q]!);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        rotate(rowP, rowQ, c, s);
        for (const row of a) {
          const [x, y] = [row[p]!, row[q]!];
          row[p] = c * x - s * y;
          row[q] = s * x + c * y;
        }
        rotate(v[p]!, v[q]!, c, s);
      }
  }
  const pairs = v.map((vector, i) => ({ vector, value: a[i]![i]! })).sort((one, other) => other.value - one.value);
  return { values: pairs.map(({ value }) => value), vectors: pairs.map(({ vector }) => vector) };
};

/** sum_i c_i x_i */
const combined = (vectors: readonly Float64Array[], weights: Float64Array): Float64Array => {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  vectors.forEach((vector, i) => {
    const w = weights[i]!;
    if (w !== 0) for (let j = 0; j < sum.length; j++) sum[j]! += w * vector[j]!;
  });
  return sum;
};

const rowsOf = (matrix: Float32Array, rows: number): readonly Float64Array[] => {
  const columns = matrix.length / rows;
  return Array.from({ length: rows }, (_, i) => Float64Array.from(matrix.subarray(i * columns, (i + 1) * columns)));
};

/** Products of all pairs of vectors. */
const gramOf = (vectors: readonly Float64Array[]): readonly Float64Array[] => {
  const gram = vectors.map((x, i) => Float64Array.from(vectors, (y, j) => (j < i ? 0 : dot(x, y))));
  gram.forEach((row, i) => gram.slice(0, i).forEach((above, j) => (row[j] = above[i]!)));
  return gram;
};

/**
 * The k largest singular values of a matrix [rows, columns], row-major, and their vectors, by block
 * power steps on its smaller Gram matrix and one Rayleigh-Ritz projection (Halko, Martinsson and
 * Tropp 2011, algorithm 4.4). Exact where k is near the whole rank, else as sharp as the spectrum
 * has gaps. Double precision; the block starts from `key`.
 */
export const topSpectrum = (
  matrix: Float32Array,
  { rows, columns, k, key }: { readonly rows: number; readonly columns: number; readonly k: number; readonly key: Key },
): Spectrum => {
  const lines = rowsOf(matrix, rows);
  const turned = rowsOf(transposed(matrix, columns), columns);
  const [small, large] = rows <= columns ? [lines, turned] : [turned, lines];
  const gram = gramOf(small);
  const block = Math.min(gram.length, k + SPARE);
  let basis = orthonormal(rowsOf(normal(key, block * gram.length), block));
  for (let step = 0; step < STEPS; step++) basis = orthonormal(basis.map((vector) => combined(gram, vector)));
  const moved = basis.map((vector) => combined(gram, vector));
  const { values, vectors } = symmetricEigen(moved.map((x) => Float64Array.from(basis, (y) => dot(x, y))));
  const sigma = Float64Array.from(values.slice(0, k), (value) => Math.sqrt(Math.max(0, value)));
  const own = vectors.slice(0, k).map((weights) => combined(basis, weights));
  const floor = 1e-7 * (sigma[0] ?? 0);
  const other = own.map((vector, i) => {
    const size = sigma[i] ?? 0;
    return Float64Array.from(large, (line) => (size > floor ? dot(line, vector) / size : 0));
  });
  return { values: sigma, ...(rows <= columns ? { left: own, right: other } : { left: other, right: own }) };
};
