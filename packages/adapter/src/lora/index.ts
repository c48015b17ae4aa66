import { entry } from '@lab/records';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { Model } from '../model.ts';
import { selectTargets, targetModules } from '../targets.ts';
import { lowRank } from './branch.ts';
import { kaimingUniform } from './init.ts';

export const loraOptions = z.object({
  r: z.number().int().min(1).default(8).describe('rank'),
  alpha: z.number().positive().default(16).describe('scale numerator'),
  rslora: z.boolean().default(false).describe('scale alpha / sqrt(r) (Kalajdzievski 2023) instead of alpha / r'),
  target_modules: targetModules,
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
    return {
      ...lowRank(targets, { r, scale: loraScale(options) }),
      params: targets.flatMap(({ path, dIn, dOut }) => [
        { name: `${path}.lora_A`, shape: [r, dIn], decay: true, init: (key) => kaimingUniform(key, r, dIn) },
        { name: `${path}.lora_B`, shape: [dOut, r], decay: true, init: () => new Float32Array(dOut * r) },
      ]),
      pairs: targets.map(({ path }) => ({ A: `${path}.lora_A`, B: `${path}.lora_B`, scale: loraScale(options) })),
      peft: {
        config: { peft_type: 'LORA', r, lora_alpha: options.alpha, use_rslora: options.rslora },
        key: (name) => `${name}.weight`,
      },
    };
  },
});
