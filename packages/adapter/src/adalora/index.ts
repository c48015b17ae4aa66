import { normal } from '@lab/random';
import { BadInput, entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, ParamSpec } from '../adapter.ts';
import { lowRank } from '../lora/branch.ts';
import type { Model } from '../model.ts';
import { selectTargets, targetModules } from '../targets.ts';
import { orthogonality } from './penalty.ts';
import { adaState } from './state.ts';

const share = z.number().min(0).max(1);

const options = z.object({
  init_r: z.number().int().min(1).default(12).describe('rank of every update at the start'),
  target_r: z.number().int().min(1).default(8).describe('mean rank at the end; at most init_r'),
  alpha: z.number().positive().default(16).describe('scale numerator; the scale is alpha / init_r'),
  tinit: share.default(0.1).describe('share of steps before pruning begins'),
  tfinal: share.default(0.3).describe('share of steps at the end with the final ranks'),
  deltaT: z.number().int().min(1).default(1).describe('steps between prunings'),
  beta1: z.number().min(0).lt(1).default(0.85).describe('decay of the averaged sensitivity'),
  beta2: z.number().min(0).lt(1).default(0.85).describe('decay of the averaged uncertainty'),
  orth_reg_weight: z.number().min(0).default(0.1).describe('gamma, weight of the orthogonality penalty'),
  orthogonality: z
    .enum(['norm', 'squared'])
    .default('norm')
    .describe('penalty as in the authors’ code (mean of norms) or as printed (sum of squares)'),
  target_modules: targetModules,
});

export const adaLora = entry<[Model], Adapter, typeof options>({
  name: 'adalora',
  version: 1,
  summary: 'low-rank update P Λ Q whose singular values are pruned by importance to a shrinking budget',
  cite: {
    title: 'Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning',
    year: 2023,
    url: 'https://arxiv.org/abs/2303.10512',
    where: 'algorithm 1, Eq. 3-11',
  },
  options,
  build: (o, model) => {
    const { init_r: r, target_r, alpha, orth_reg_weight } = o;
    if (target_r > r) throw new BadInput(`adapter.target_r is ${target_r}; it is at most init_r, ${r}`);
    if (o.tinit + o.tfinal > 1)
      throw new BadInput('adapter.tinit and adapter.tfinal are shares of one training: at most 1 in all');
    const targets = selectTargets(model.linears, o.target_modules);
    const paths = targets.map(({ path }) => path);
    const small =
      (size: number): ParamSpec['init'] =>
      (key) =>
        normal(key, size).map((x) => 0.02 * x);
    const params = targets.flatMap(({ path, dIn, dOut }): readonly ParamSpec[] => [
      { name: `${path}.lora_A`, shape: [r, dIn], decay: true, init: small(r * dIn) },
      { name: `${path}.lora_B`, shape: [dOut, r], decay: true, init: small(dOut * r) },
      { name: `${path}.lora_E`, shape: [r, 1], decay: true, init: () => new Float32Array(r) },
    ]);
    const plan = (steps: number) => ({
      initial: r * targets.length,
      target: target_r * targets.length,
      warmup: Math.floor(o.tinit * steps),
      final: Math.floor(o.tfinal * steps),
      every: o.deltaT,
    });
    return {
      ...lowRank(targets, { r, scale: alpha / r, gate: 'lora_E' }),
      params,
      ...(orth_reg_weight > 0
        ? {
            penalty: (values) => tf.mul(orthogonality(o.orthogonality, paths, r, values), orth_reg_weight),
          }
        : {}),
      state: adaState({ params, paths, beta1: o.beta1, beta2: o.beta2, plan }),
      peft: {
        config: {
          peft_type: 'ADALORA',
          init_r: r,
          target_r,
          lora_alpha: alpha,
          beta1: o.beta1,
          beta2: o.beta2,
          orth_reg_weight,
          // PEFT counts steps and refuses a total of none; a finished adapter is not pruned any
          // more.
          tinit: 0,
          tfinal: 0,
          deltaT: o.deltaT,
          total_step: 1,
        },
        key: (name) => name,
      },
    };
  },
});
