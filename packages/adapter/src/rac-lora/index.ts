import { normal } from '@lab/random';
import { entry } from '@lab/records';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { zeros, type FactorDraw } from '../chain/bank.ts';
import { chain } from '../chain/index.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import { kaimingUniform } from '../lora/init.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';

const options = loraOptions.extend({
  links: z.number().int().min(1).default(3).describe('blocks of the training, each with its own random factor'),
  fixed: z.enum(['A', 'B']).default('B').describe('the factor that is drawn and not trained'),
});

/** Columns of length about one, so that B Bᵀ is nearly a projection. */
const columns: FactorDraw = (key, dOut, r) => normal(key, dOut * r).map((x) => x / Math.sqrt(dOut));

export const racLora = entry<[Model], Adapter, typeof options>({
  name: 'rac-lora',
  version: 2,
  summary: 'a chain of updates of which one factor is random and fixed, the other starts at zero and is trained',
  cite: {
    title: 'Randomized Asymmetric Chain of LoRA: The First Meaningful Theoretical Framework for Low-Rank Adaptation',
    year: 2024,
    url: 'https://arxiv.org/abs/2410.08305',
    where: 'algorithm 1',
  },
  options,
  build: ({ links, fixed, ...o }, model) => {
    const targets = selectTargets(model.linears, o.target_modules);
    const draws = fixed === 'A' ? { A: kaimingUniform, B: zeros } : { A: zeros, B: columns };
    return chain({ targets, links, r: o.r, scale: loraScale(o), draws, fixed });
  },
});
