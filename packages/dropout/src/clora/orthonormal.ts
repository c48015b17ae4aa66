import { fold, normal, type Key } from '@lab/random';

/**
 * k random orthonormal vectors of length d as rows, [k, d] row-major, uniform over such frames:
 * normal draws orthogonalised by Gram and Schmidt, twice, in double precision. k <= d.
 */
export const orthonormalRows = (key: Key, k: number, d: number): Float32Array => {
  const rows: Float64Array[] = [];
  for (let i = 0; i < k; i++) {
    const row = Float64Array.from(normal(fold(key, i), d));
    for (let pass = 0; pass < 2; pass++)
      for (const other of rows) {
        const along = other.reduce((sum, o, j) => sum + o * (row[j] ?? 0), 0);
        other.forEach((o, j) => (row[j] = (row[j] ?? 0) - along * o));
      }
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    rows.push(row.map((x) => x / length));
  }
  const out = new Float32Array(k * d);
  rows.forEach((row, i) => out.set(row, i * d));
  return out;
};
