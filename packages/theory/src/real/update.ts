import type { LinearSpec } from '@lab/adapter';
import type { Material } from './material.ts';

export interface Update {
  readonly path: string;
  readonly dIn: number;
  readonly dOut: number;
  /** Δ = s B A, row-major [dOut, dIn]. */
  readonly delta: Float64Array;
}

/** The trained update of one adapted linear map. Throws for an adapter that has none. */
export const updateOf = ({ session, trained }: Material, which: 'plain' | 'dropout', spec: LinearSpec): Update => {
  const { adapter } = session.blueprint;
  if (!adapter.delta) throw new Error('this adapter has no update of the weights');
  const { path, dIn, dOut } = spec;
  // Weights are stored [d_in, d_out]; the papers write Δ as [d_out, d_in].
  const stored = adapter.delta(spec, trained[which]);
  const delta = new Float64Array(stored.length);
  for (let i = 0; i < dIn; i++) for (let o = 0; o < dOut; o++) delta[o * dIn + i] = stored[i * dOut + o]!;
  return { path, dIn, dOut, delta };
};

/** The first adapted map of every layer. */
export const firstOfLayers = ({ session }: Material): readonly LinearSpec[] => {
  const { targets } = session.blueprint.adapter;
  return targets.filter(({ layer }, i) => targets.findIndex((other) => other.layer === layer) === i);
};
