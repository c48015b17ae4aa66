import { normal, type Key } from '@lab/random';

/** Singular values from the largest down, with left vectors as rows [k, rows] and right vectors as rows [k, columns]. */
export interface Spectrum {
  readonly values: Float64Array;
  readonly left: readonly Float64Array[];
  readonly right: readonly Float64Array[];
}

/** Columns beside those that are asked for, and block power steps on W Wᵀ: what is kept is then sharp but for its last few vectors. */
const SPARE = 8;
const STEPS = 10;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

const scaled = (a: Float64Array, s: number): Float64Array => a.map((x) => s * x);

/** Gram and Schmidt, twice; a vector that lies in the span of those before it becomes zero. */
const orthonormal = (vectors: readonly Float64Array[]): readonly Float64Array[] => {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = Float64Array.from(vector);
    const before = Math.sqrt(dot(rest, rest));
    for (let pass = 0; pass < 2; pass++)
      for (const other of done) {
        const along = dot(rest, other);
        for (let i = 0; i < rest.length; i++) rest[i]! -= along * other[i]!;
      }
    const length = Math.sqrt(dot(rest, rest));
    done.push(length > 1e-12 * before ? scaled(rest, 1 / length) : new Float64Array(rest.length));
  }
  return done;
};

/** Eigenvalues and eigenvectors (as rows) of a symmetric matrix by Jacobi's rotations, the largest first. */
export const symmetricEigen = (matrix: readonly Float64Array[]) => {
  const n = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const v = a.map((_, i) => Float64Array.from({ length: n }, (_unused, j) => Number(i === j)));
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
        if (a[p]![q] === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        rotate(a[p]!, a[q]!, c, s);
        for (const row of a) {
          const [x, y] = [row[p]!, row[q]!];
          row[p] = c * x - s * y;
          row[q] = s * x + c * y;
        }
        rotate(v[p]!, v[q]!, c, s);
      }
  }
  const order = [...a.keys()].sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => v[i]!) };
};

/** sum_i c_i x_i */
const combined = (vectors: readonly Float64Array[], weights: ArrayLike<number>): Float64Array => {
  const sum = new Float64Array(vectors[0]!.length);
  vectors.forEach((vector, i) => {
    const w = weights[i]!;
    if (w !== 0) for (let j = 0; j < sum.length; j++) sum[j]! += w * vector[j]!;
  });
  return sum;
};

/**
 * The k largest singular values of a matrix [rows, columns], row-major, and their vectors, by block power steps on its smaller Gram
 * matrix and one Rayleigh-Ritz projection (Halko, Martinsson and Tropp 2011, algorithm 4.4). Exact where k is near the whole rank, else
 * as sharp as the spectrum has gaps. Double precision; the block starts from `key`.
 */
export const topSpectrum = (key: Key, matrix: Float32Array, rows: number, columns: number, k: number): Spectrum => {
  const lines = Array.from({ length: rows }, (_, i) =>
    Float64Array.from(matrix.subarray(i * columns, (i + 1) * columns)),
  );
  const turned = Array.from({ length: columns }, (_, j) => Float64Array.from(lines, (line) => line[j]!));
  const [small, large] = rows <= columns ? [lines, turned] : [turned, lines];
  const n = small.length;
  const gram = small.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) gram[i]![j] = gram[j]![i] = dot(small[i]!, small[j]!);
  const block = Math.min(n, k + SPARE);
  const draws = normal(key, block * n);
  let basis = orthonormal(
    Array.from({ length: block }, (_, i) => Float64Array.from(draws.subarray(i * n, (i + 1) * n))),
  );
  for (let step = 0; step < STEPS; step++) basis = orthonormal(basis.map((vector) => combined(gram, vector)));
  const moved = basis.map((vector) => combined(gram, vector));
  const { values, vectors } = symmetricEigen(moved.map((x) => Float64Array.from(basis, (y) => dot(x, y))));
  const sigma = Float64Array.from(values.slice(0, k), (value) => Math.sqrt(Math.max(0, value)));
  const own = vectors.slice(0, k).map((weights) => combined(basis, weights));
  const floor = 1e-7 * (sigma[0] ?? 0);
  const other = own.map((vector, i) =>
    sigma[i]! > floor
      ? Float64Array.from(large, (line) => dot(line, vector) / sigma[i]!)
      : new Float64Array(large.length),
  );
  return { values: sigma, ...(rows <= columns ? { left: own, right: other } : { left: other, right: own }) };
};
