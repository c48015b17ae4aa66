import { itemAt } from '@lab/records';

/** A share added to the diagonal, so that directions that repeat each other have a solution. */
const RIDGE = 1e-9;

/**
 * The x that solves G x = b for a positive semi-definite G [n, n], by Gaussian elimination with the
 * largest pivot. Zeros where G is zero.
 */
export const leastSquares = (gram: readonly (readonly number[])[], b: readonly number[]): readonly number[] => {
  const n = b.length;
  const rows = gram.map((row, i) => [...row.map((x, j) => (i === j ? x * (1 + RIDGE) : x)), itemAt(b, i)]);
  const at = (i: number, j: number): number => itemAt(itemAt(rows, i), j);
  for (let k = 0; k < n; k++) {
    const below = Array.from({ length: n - k }, (_, i) => k + i);
    const pivot = below.reduce((best, i) => (Math.abs(at(i, k)) > Math.abs(at(best, k)) ? i : best), k);
    [rows[k], rows[pivot]] = [itemAt(rows, pivot), itemAt(rows, k)];
    if (at(k, k) === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const factor = at(i, k) / at(k, k);
      rows[i] = itemAt(rows, i).map((x, j) => x - factor * at(k, j));
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const rest = x.reduce((sum, value, j) => (j > k ? sum + value * at(k, j) : sum), 0);
    x[k] = at(k, k) === 0 ? 0 : (at(k, n) - rest) / at(k, k);
  }
  return x;
};
