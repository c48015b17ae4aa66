import { uniform, type Key } from '@lab/random';
import type { ParamSpec } from '../adapter.ts';
import type { LinearSpec } from '../model.ts';

/** Start of A [r, d_in], Kaiming-uniform with a = sqrt(5) as in PEFT: uniform on ±1/sqrt(d_in). */
export const kaimingUniform = (key: Key, r: number, dIn: number): Float32Array => {
  const bound = 1 / Math.sqrt(dIn);
  return uniform(key, r * dIn).map((u) => (2 * u - 1) * bound);
};

/**
 * The factors of a linear map: `<path>.lora_A` [r, d_in] drawn, `<path>.lora_B` [d_out, r] zero.
 * Both decay.
 */
export const loraParams = (
  { path, dIn, dOut }: Pick<LinearSpec, 'path' | 'dIn' | 'dOut'>,
  r: number,
): readonly [A: ParamSpec, B: ParamSpec] => [
  { name: `${path}.lora_A`, shape: [r, dIn], decay: true, init: (key) => kaimingUniform(key, r, dIn) },
  { name: `${path}.lora_B`, shape: [dOut, r], decay: true, init: () => new Float32Array(dOut * r) },
];

/** A vector [n] that starts at zero and is not decayed: a change of a bias or a length. */
export const fromZero = (name: string, n: number): ParamSpec => ({
  name,
  shape: [n],
  decay: false,
  init: () => new Float32Array(n),
});
