import { entry } from '@lab/records';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { Model } from '../model.ts';
import { selectTargets, targetModules } from '../targets.ts';
import { lowRankBy } from './branch.ts';
import { loraParams } from './init.ts';
import { byTarget, patternOptions } from './patterns.ts';

export const loraOptions = z.object({
  r: z.number().int().min(1).default(8).describe('rank'),
  alpha: z.number().positive().default(16).describe('scale numerator'),
  rslora: z.boolean().default(false).describe('scale alpha / sqrt(r) (Kalajdzievski 2023) instead of alpha / r'),
  target_modules: targetModules,
});

/** alpha / r, or alpha / sqrt(r) for rsLoRA. */
export const loraScale = ({ r, alpha, rslora }: { r: number; alpha: number; rslora: boolean }): number =>
  alpha / (rslora ? Math.sqrt(r) : r);

const options = loraOptions.extend(patternOptions);

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
    const { r, alpha, rslora, rank_pattern, alpha_pattern } = o;
    const targets = selectTargets(model.linears, o.target_modules);
    const rankOf = byTarget('adapter.rank_pattern', targets, r, rank_pattern);
    const alphaOf = byTarget('adapter.alpha_pattern', targets, alpha, alpha_pattern);
    const scaleOf = (path: string) => loraScale({ r: rankOf(path), alpha: alphaOf(path), rslora });
    return {
      ...lowRankBy(targets, (path) => ({ r: rankOf(path), scale: scaleOf(path) })),
      params: targets.flatMap((spec) => loraParams(spec, rankOf(spec.path))),
      pairs: targets.map(({ path }) => ({ A: `${path}.lora_A`, B: `${path}.lora_B`, scale: scaleOf(path) })),
      peft: {
        config: {
          peft_type: 'LORA',
          r,
          lora_alpha: alpha,
          use_rslora: rslora,
          ...(rank_pattern ? { rank_pattern } : {}),
          ...(alpha_pattern ? { alpha_pattern } : {}),
        },
        key: (name) => `${name}.weight`,
      },
    };
  },
});
