import type { Material } from './material.ts';

export interface Update {
  readonly path: string;
  readonly dIn: number;
  readonly dOut: number;
  /** Δ = s B A, row-major [dOut, dIn]. */
  readonly delta: Float64Array;
}

/** The trained updates of every adapted linear map, in forward order. Throws for an adapter that has none. */
export const updates = ({ adapter, trained }: Material, which: 'plain' | 'dropout'): readonly Update[] =>
  adapter.targets.map((spec) => {
    if (!adapter.delta) throw new Error('this adapter has no update of the weights');
    const { path, dIn, dOut } = spec;
    // Weights are stored [d_in, d_out]; the papers write Δ as [d_out, d_in].
    const stored = adapter.delta(spec, trained[which]);
    return {
      path,
      dIn,
      dOut,
      delta: Float64Array.from(stored, (_, k) => stored[(k % dIn) * dOut + Math.floor(k / dIn)]!),
    };
  });
