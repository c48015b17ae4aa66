import { tf, type Params } from '@lab/engine';
import { itemAt } from '@lab/records';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { deltaAt, loraDelta } from '../lora/delta.ts';
import { kaimingUniform } from '../lora/init.ts';
import { loraBranch, loraLinear } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { LinearSpec } from '../model.ts';
import { floatsAt, matrixAt } from '../named.ts';
import { noNoise } from '../pass/site.ts';
import { chainParams, closeLink, zeros, type FactorDraw } from './bank.ts';
import { ageInLink, linkInputs } from './links.ts';

/** A chain of updates on the same maps. */
export interface ChainPlan {
  readonly targets: readonly LinearSpec[];
  readonly links: number;
  readonly r: number;
  readonly scale: number;
  /** How the factors of a link begin; absent: as in LoRA. One of the two must be zeros. */
  readonly draws?: { readonly A: FactorDraw; readonly B: FactorDraw };
  /** The factor that is drawn and not trained; absent: both are trained. */
  readonly fixed?: 'A' | 'B';
  /** 1 where a map takes part in the current link, else 0; absent: always. */
  readonly takesPart?: (path: string, link: tf.Tensor) => tf.Tensor;
}

type Chain = Required<
  Pick<Adapter, 'targets' | 'params' | 'sites' | 'linear' | 'delta' | 'noiselessDelta' | 'age' | 'state'>
> &
  Pick<Adapter, 'trainable'>;

/**
 * Link after link: in the k-th part of the training s B_k A_k is trained on top of the frozen sum W
 * + sum of the earlier ones, with an optimiser started afresh, and then joins that sum for good
 * (COLA, algorithm 1). Noise meets the current link alone. Earlier links are kept as factors, which
 * add the same numbers as merging them into W does, and keep checkpoints small.
 */
export const chain = (plan: ChainPlan): Chain => {
  const { targets, links, r, scale, takesPart } = plan;
  const draws = plan.draws ?? { A: kaimingUniform, B: zeros };
  const paths = targets.map(({ path }) => path);
  const ended = ({ path, dIn, dOut }: LinearSpec, params: HostParams): Float32Array => {
    const [A, B] = [floatsAt(params, `${path}.past_A`), floatsAt(params, `${path}.past_B`)];
    return loraDelta(A, B, { r: links * r, dIn, dOut, scale });
  };
  const factors = (params: Params, path: string, which: 'lora' | 'past') => ({
    A: matrixAt(params, `${path}.${which}_A`),
    B: matrixAt(params, `${path}.${which}_B`),
    scale,
  });
  return {
    targets,
    params: targets.flatMap((spec) => chainParams(spec, plan, { ...draws, fixed: plan.fixed })),
    sites: (batch, tokens) => loraSites(targets, r, batch, tokens),
    linear: (spec, x, base, params, perturb) => {
      const earlier = loraBranch(spec, x, factors(params, spec.path, 'past'), noNoise);
      return tf.add(loraLinear(spec, x, base, factors(params, spec.path, 'lora'), perturb), earlier);
    },
    delta: (spec, params) => {
      const before = ended(spec, params);
      return deltaAt(spec, params, { r, scale }).map((x, i) => x + itemAt(before, i));
    },
    noiselessDelta: ended,
    ...(takesPart
      ? {
          trainable: ({ link }: Params) =>
            Object.fromEntries(
              paths.flatMap((path) => {
                const part = link ? takesPart(path, link) : tf.scalar(1);
                return [[`${path}.lora_A`, part] as const, [`${path}.lora_B`, part] as const];
              }),
            ),
        }
      : {}),
    age: (at) => ageInLink(at, links),
    state: {
      slots: [],
      inputs: (at) => linkInputs(at, links),
      update: ({ params, inputs }) => ({ params: closeLink(paths, plan, params, inputs), slots: {} }),
    },
  };
};
