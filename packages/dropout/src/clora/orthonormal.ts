import { orthonormal } from '@lab/engine';
import { fold, normal, type Key } from '@lab/random';

/**
 * k random orthonormal vectors of length d as rows, [k, d] row-major, uniform over such frames. k
 * <= d.
 */
export const orthonormalRows = (key: Key, k: number, d: number): Float32Array => {
  const draws = Array.from({ length: k }, (_, i) => Float64Array.from(normal(fold(key, i), d)));
  return Float32Array.from(orthonormal(draws).flatMap((row) => [...row]));
};
