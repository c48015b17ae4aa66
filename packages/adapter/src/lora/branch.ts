import { tf } from '@lab/engine';
import type { Adapter } from '../adapter.ts';
import type { LinearSpec } from '../model.ts';
import { deltaAt } from './delta.ts';
import { loraLinear } from './linear.ts';
import { prunedFactors } from './pruned.ts';
import { loraSites } from './sites.ts';
import { floatsAt, tensorAt } from '../named.ts';

/** What every adapter of the form s B diag(g) A shares. */
export interface Branch {
  readonly r: number;
  readonly scale: number;
  /** Last word of the gate's parameter, of r elements; absent: no gate. */
  readonly gate?: string;
}

/**
 * Targets, noise sites, forward pass and merge of a low-rank branch with parameters
 * `<path>.lora_A`, `<path>.lora_B` and its gate. `of` gives the branch of a path.
 */
export const lowRankBy = (
  targets: readonly LinearSpec[],
  of: (path: string) => Branch,
): Pick<Adapter, 'targets' | 'sites' | 'linear' | 'delta'> => ({
  targets,
  sites: (batch, tokens) => targets.flatMap((spec) => loraSites([spec], of(spec.path).r, batch, tokens)),
  linear: (spec, x, base, params, perturb) => {
    const { path } = spec;
    const { r, scale, gate } = of(path);
    const matrices = { A: tensorAt(params, `${path}.lora_A`), B: tensorAt(params, `${path}.lora_B`), scale };
    const gated = gate ? { ...matrices, gate: tf.reshape(tensorAt(params, `${path}.${gate}`), [r]) } : matrices;
    return loraLinear(spec, x, base, gated, perturb);
  },
  delta: (spec, params) => {
    const { gate, ...size } = of(spec.path);
    return deltaAt(spec, params, size, gate === undefined ? undefined : floatsAt(params, `${spec.path}.${gate}`));
  },
});

/**
 * The same with one branch for all targets; where it has a gate, a rank is pruned when its gate is
 * zero.
 */
export const lowRank = (
  targets: readonly LinearSpec[],
  branch: Branch,
): ReturnType<typeof lowRankBy> & Pick<Adapter, 'pruned'> => {
  const { gate, scale } = branch;
  const plain = lowRankBy(targets, () => branch);
  if (gate === undefined) return plain;
  return {
    ...plain,
    pruned: (spec, params) => prunedFactors(spec, params, scale, floatsAt(params, `${spec.path}.${gate}`)),
  };
};
