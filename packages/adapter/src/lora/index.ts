import { entry } from '@lab/records';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';
import { loraDelta } from './delta.ts';
import { kaimingUniform } from './init.ts';
import { loraLinear } from './linear.ts';
import { loraSites } from './sites.ts';

export const loraOptions = z.object({
  r: z.number().int().min(1).default(8).describe('rank'),
  alpha: z.number().positive().default(16).describe('scale numerator'),
  rslora: z.boolean().default(false).describe('scale alpha / sqrt(r) (Kalajdzievski 2023) instead of alpha / r'),
  target_modules: z
    .union([z.literal('all-linear'), z.array(z.string()).min(1)])
    .default(['query', 'key', 'value', 'attention.output', 'ffn.intermediate', 'ffn.output'])
    .describe('linear maps that carry an adapter, as in PEFT'),
});

/** alpha / r, or alpha / sqrt(r) for rsLoRA. */
export const loraScale = ({ r, alpha, rslora }: { r: number; alpha: number; rslora: boolean }): number =>
  alpha / (rslora ? Math.sqrt(r) : r);

export const lora = entry<[Model], Adapter, typeof loraOptions>({
  name: 'lora',
  version: 1,
  summary: 'low-rank update s B A beside each target (scale alpha/r, or alpha/sqrt(r) with rslora)',
  cite: {
    title: 'LoRA: Low-Rank Adaptation of Large Language Models',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.09685',
    where: 'Eq. 3',
  },
  options: loraOptions,
  build: (options, model) => {
    const { r } = options;
    const targets = selectTargets(model.linears, options.target_modules);
    const scale = loraScale(options);
    return {
      targets,
      params: targets.flatMap(({ path, dIn, dOut }) => [
        { name: `${path}.lora_A`, shape: [r, dIn], decay: true, init: (key) => kaimingUniform(key, r, dIn) },
        { name: `${path}.lora_B`, shape: [dOut, r], decay: true, init: () => new Float32Array(dOut * r) },
      ]),
      sites: (batch, tokens) => loraSites(targets, r, batch, tokens),
      linear: (spec, x, base, params, perturb) =>
        loraLinear(
          spec,
          x,
          base,
          { A: params[`${spec.path}.lora_A`]!, B: params[`${spec.path}.lora_B`]!, scale },
          perturb,
        ),
      delta: ({ path, dIn, dOut }, params) =>
        loraDelta(params[`${path}.lora_A`]!.data as Float32Array, params[`${path}.lora_B`]!.data as Float32Array, {
          r,
          dIn,
          dOut,
          scale,
        }),
    };
  },
});
