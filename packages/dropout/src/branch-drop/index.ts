import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate, scope } from '../options.ts';

export const branchDrop = method({
  name: 'branch-drop',
  version: 1,
  summary: 'the whole LoRA branch of a module dropped at random, for an example or the batch',
  cite: {
    title: 'Deep Networks with Stochastic Depth',
    year: 2016,
    url: 'https://arxiv.org/abs/1603.09382',
    where: 'Eq. 2, applied to the low-rank branch instead of the residual block',
  },
  options: z.object({
    p: rate
      .default(0.1)
      .describe('probability of dropping a branch; byLayer gives the paper’s rates that grow with depth'),
    scope: scope.default('example').describe('each example loses branches of its own, or the batch the same'),
    compensate: z.boolean().default(true).describe('scale kept branches by 1/(1-p)'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, scope, compensate, layers }) => ({
    noise: [
      { site: 'lora.delta', structure: 'example', compensation: compensate ? 'inverse' : 'none', p, scope, layers },
    ],
    samples: 1,
    evaluate: { readout: 'deterministic' },
  }),
});
