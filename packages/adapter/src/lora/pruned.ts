import type { HostParams } from '../host-params.ts';
import type { LinearSpec } from '../model.ts';
import { floatsAt } from '../named.ts';

/**
 * An update as the factors of the ranks in use alone, gate and scale folded into B: ΔWᵀ = B A with
 * A [r', d_in] and B [d_out, r'].
 */
export interface PrunedFactors {
  readonly r: number;
  readonly A: Float32Array;
  readonly B: Float32Array;
}

/** The ranks of s B diag(g) A whose gate is not zero. gate: [r]. */
export const prunedFactors = (
  { path, dIn, dOut }: LinearSpec,
  params: HostParams,
  scale: number,
  gate: Float32Array,
): PrunedFactors => {
  const [A, B] = [floatsAt(params, `${path}.lora_A`), floatsAt(params, `${path}.lora_B`)];
  const r = gate.length;
  const kept = [...gate].flatMap((g, rank) => (g === 0 ? [] : [{ rank, factor: scale * g }]));
  return {
    r: kept.length,
    A: Float32Array.from(kept.flatMap(({ rank }) => [...A.subarray(rank * dIn, (rank + 1) * dIn)])),
    B: Float32Array.from(
      Array.from({ length: dOut }, (_, o) => {
        const row = B.subarray(o * r, (o + 1) * r);
        return kept.map(({ rank, factor }) => factor * (row[rank] ?? NaN));
      }).flat(),
    ),
  };
};
