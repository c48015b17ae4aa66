import { entry } from '@lab/records';
import { z } from 'zod';
import { tf } from '@lab/engine';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import type { Model } from '../model.ts';
import { floatsAt, tensorAt } from '../named.ts';
import { selectTargets, targetModules } from '../targets.ts';
import { lowRankBy } from './branch.ts';
import { loraParams } from './init.ts';
import { wholeOptions, wholeParams, wholeTensors } from '../whole.ts';
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
    const { r, alpha, rslora, rank_pattern, alpha_pattern } = o;
    const targets = selectTargets(model.linears, o.target_modules);
    const rankOf = byTarget('adapter.rank_pattern', targets, r, rank_pattern);
    const alphaOf = byTarget('adapter.alpha_pattern', targets, alpha, alpha_pattern);
    const scaleOf = (path: string) => loraScale({ r: rankOf(path), alpha: alphaOf(path), rslora });
    const whole = wholeTensors(model, targets, o);
    const branch = lowRankBy(targets, (path) => ({ r: rankOf(path), scale: scaleOf(path) }));
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
        ...targets.flatMap((spec) => loraParams(spec, rankOf(spec.path))),
        ...biased.map(({ path, dOut }) => ({
          name: `${path}.${BIAS}`,
          shape: [dOut],
          decay: false,
          init: () => new Float32Array(dOut),
        })),
        ...wholeParams(whole),
      ],
      ...(whole.length > 0 ? { whole } : {}),
      pairs: targets.map(({ path }) => ({ A: `${path}.lora_A`, B: `${path}.lora_B`, scale: scaleOf(path) })),
      peft: {
        config: {
          peft_type: 'LORA',
          r,
          lora_alpha: alpha,
          use_rslora: rslora,
          ...(rank_pattern ? { rank_pattern } : {}),
          ...(alpha_pattern ? { alpha_pattern } : {}),
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
