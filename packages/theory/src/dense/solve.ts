/**
 * x with M x = y for a symmetric positive definite row-major M, by Cholesky. Throws where M is not
 * positive definite.
 */
export const solve = (M: ArrayLike<number>, y: ArrayLike<number>): Float64Array => {
  const n = y.length;
  const L = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let total = M[i * n + j]!;
      for (let k = 0; k < j; k++) total -= L[i * n + k]! * L[j * n + k]!;
      if (i === j && !(total > 0)) throw new Error('the matrix is not positive definite');
      L[i * n + j] = i === j ? Math.sqrt(total) : total / L[j * n + j]!;
    }
  const x = Float64Array.from(y);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= L[i * n + k]! * x[k]!;
    x[i]! /= L[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= L[k * n + i]! * x[k]!;
    x[i]! /= L[i * n + i]!;
  }
  return x;
};
