import { normal } from '@lab/random';
import { entry } from '@lab/records';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { chain } from '../chain/index.ts';
import { lowRank } from '../lora/branch.ts';
import { loraOptions, loraScale } from '../lora/index.ts';
import { kaimingUniform } from '../lora/init.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';

const options = loraOptions.extend({
  links: z.number().int().min(1).default(3).describe('blocks of the training, each with its own random factor'),
  fixed: z.enum(['A', 'B']).default('B').describe('the factor that is drawn and not trained'),
});

export const racLora = entry<[Model], Adapter, typeof options>({
  name: 'rac-lora',
  version: 1,
  summary: 'a chain of updates of which one factor is random and fixed, the other starts at zero and is trained',
  cite: {
    title: 'Randomized Asymmetric Chain of LoRA: The First Meaningful Theoretical Framework for Low-Rank Adaptation',
    year: 2024,
    url: 'https://arxiv.org/abs/2410.08305',
    where: 'algorithm 1',
  },
  options,
  build: (o, model) => {
    const targets = selectTargets(model.linears, o.target_modules);
    const ranks = o.links * o.r;
    return {
      ...lowRank(targets, { r: ranks, scale: loraScale(o) }),
      ...chain(
        targets.map(({ path }) => path),
        o.links,
        o.r,
      ),
      params: targets.flatMap(({ path, dIn, dOut }) => [
        {
          name: `${path}.lora_A`,
          shape: [ranks, dIn],
          decay: true,
          frozen: o.fixed === 'A',
          init: (key) => (o.fixed === 'A' ? kaimingUniform(key, ranks, dIn) : new Float32Array(ranks * dIn)),
        },
        {
          name: `${path}.lora_B`,
          shape: [dOut, ranks],
          decay: true,
          frozen: o.fixed === 'B',
          // Columns of length about one, so that B Bᵀ is nearly a projection.
          init: (key) =>
            o.fixed === 'B'
              ? normal(key, dOut * ranks).map((x) => x / Math.sqrt(dOut))
              : new Float32Array(dOut * ranks),
        },
      ]),
    };
  },
});
