import type { HostParams } from '../host-params.ts';
import type { LinearSpec } from '../model.ts';
import { floatsAt } from '../named.ts';

/** Sizes and scale of an update s B diag(g) A. */
export interface DeltaSize {
  readonly r: number;
  readonly dIn: number;
  readonly dOut: number;
  readonly scale: number;
}

/**
 * ΔW = s (B diag(g) A)ᵀ as [d_in, d_out], row-major, accumulated in double precision. A: [r, d_in],
 * B: [d_out, r], gate g: [r], ones when absent.
 */
export const loraDelta = (
  A: Float32Array,
  B: Float32Array,
  { r, dIn, dOut, scale }: DeltaSize,
  gate?: Float32Array,
): Float32Array => {
  const delta = new Float32Array(dIn * dOut);
  for (let i = 0; i < dIn; i++) {
    for (let o = 0; o < dOut; o++) {
      let sum = 0;
      for (let k = 0; k < r; k++) sum += A[k * dIn + i]! * B[o * r + k]! * (gate ? gate[k]! : 1);
      delta[i * dOut + o] = scale * sum;
    }
  }
  return delta;
};

/**
 * The update of a map from its factors `<path>.lora_A` [r, d_in] and `<path>.lora_B` [d_out, r].
 */
export const deltaAt = (
  { path, dIn, dOut }: LinearSpec,
  params: HostParams,
  { r, scale }: { readonly r: number; readonly scale: number },
  gate?: Float32Array,
): Float32Array =>
  loraDelta(floatsAt(params, `${path}.lora_A`), floatsAt(params, `${path}.lora_B`), { r, dIn, dOut, scale }, gate);
