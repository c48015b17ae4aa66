import { itemAt } from '@lab/records';
/**
 * x with M x = y for a symmetric positive definite row-major M, by Cholesky. Throws where M is not
 * positive definite.
 */
export const solve = (M: ArrayLike<number>, y: ArrayLike<number>): Float64Array => {
  const n = y.length;
  const L = new Float64Array(n * n);
  const at = (i: number, j: number): number => itemAt(L, i * n + j);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let total = itemAt(M, i * n + j);
      for (let k = 0; k < j; k++) total -= at(i, k) * at(j, k);
      if (i === j && !(total > 0)) throw new Error('the matrix is not positive definite');
      L[i * n + j] = i === j ? Math.sqrt(total) : total / at(j, j);
    }
  const x = Float64Array.from(y);
  for (let i = 0; i < n; i++) {
    let total = itemAt(x, i);
    for (let k = 0; k < i; k++) total -= at(i, k) * itemAt(x, k);
    x[i] = total / at(i, i);
  }
  for (let i = n - 1; i >= 0; i--) {
    let total = itemAt(x, i);
    for (let k = i + 1; k < n; k++) total -= at(k, i) * itemAt(x, k);
    x[i] = total / at(i, i);
  }
  return x;
};
