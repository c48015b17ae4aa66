import { entry } from '@lab/records';
import { z } from 'zod';
import { tf } from '@lab/engine';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import type { Model } from '../model.ts';
import { floatsAt, tensorAt } from '../named.ts';
import { selectTargets, targetModules } from '../targets.ts';
import { lowRankBy } from './branch.ts';
import { wholeOptions, wholeParams, wholeTensors } from '../whole.ts';
import { fromZero, loraParams } from './init.ts';
import { patternOptions } from './patterns.ts';
import { branchesBy, peftScaling } from './scale.ts';

export const loraOptions = z.object({
  r: z.number().int().min(1).default(8).describe('rank'),
  alpha: z.number().positive().default(16).describe('scale numerator'),
  rslora: z.boolean().default(false).describe('scale alpha / sqrt(r) (Kalajdzievski 2023) instead of alpha / r'),
  target_modules: targetModules,
});

const options = loraOptions.extend({
  ...patternOptions,
  bias: z
    .enum(['lora_only', 'all'])
    .optional()
    .describe('biases that are trained too: those of the targets (lora_only), or every one; absent: none'),
  ...wholeOptions,
});

const BIAS = 'delta_bias';

export const lora = entry<[Model], Adapter, typeof options>({
  name: 'lora',
  version: 1,
  summary: 'low-rank update s B A beside each target (scale alpha/r, or alpha/sqrt(r) with rslora)',
  cite: {
    title: 'LoRA: Low-Rank Adaptation of Large Language Models',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.09685',
    where: 'Eq. 3',
  },
  options,
  build: (o, model) => {
    const targets = selectTargets(model.linears, o.target_modules);
    const branchOf = branchesBy(o, targets);
    const whole = wholeTensors(model, targets, o);
    const branch = lowRankBy(targets, branchOf);
    const biased = o.bias !== 'lora_only' ? [] : targets.filter((spec) => spec.bias !== false);
    const moved = new Set(biased.map(({ path }) => path));
    const shifts: Pick<Adapter, 'linear' | 'deltaBias'> = {
      linear: (spec, x, base, params, perturb) => {
        const y = branch.linear(spec, x, base, params, perturb);
        return moved.has(spec.path) ? tf.add(y, tensorAt(params, `${spec.path}.${BIAS}`)) : y;
      },
      deltaBias: ({ path }, params) => (moved.has(path) ? floatsAt(params, `${path}.${BIAS}`) : undefined),
    };
    return {
      ...branch,
      ...(biased.length > 0 ? shifts : {}),
      params: [
        ...targets.flatMap((spec) => loraParams(spec, branchOf(spec.path).r)),
        ...biased.map(({ path, dOut }) => fromZero(`${path}.${BIAS}`, dOut)),
        ...wholeParams(whole),
      ],
      ...(whole.length > 0 ? { whole } : {}),
      pairs: targets.map(({ path }) => ({ A: `${path}.lora_A`, B: `${path}.lora_B`, scale: branchOf(path).scale })),
      peft: {
        config: {
          ...peftScaling(o),
          ...(o.bias === undefined ? {} : { bias: o.bias }),
          ...(o.modules_to_save ? { modules_to_save: o.modules_to_save } : {}),
        },
        key: (name) => (name.endsWith(BIAS) ? name.replace(BIAS, 'base_layer.bias') : `${name}.weight`),
        ...(biased.length > 0
          ? {
              offset: (name: string, weights: HostParams) =>
                name.endsWith(BIAS) ? floatsAt(weights, name.replace(BIAS, 'bias')) : undefined,
            }
          : {}),
      },
    };
  },
});
