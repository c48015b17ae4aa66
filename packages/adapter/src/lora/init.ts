import { uniform, type Key } from '@lab/random';

/** A of shape [r, d_in], Kaiming-uniform with a = sqrt(5) as in PEFT: uniform on ±1/sqrt(d_in). */
export const kaimingUniform = (key: Key, r: number, dIn: number): Float32Array => {
  const bound = 1 / Math.sqrt(dIn);
  return uniform(key, r * dIn).map((u) => (2 * u - 1) * bound);
};
