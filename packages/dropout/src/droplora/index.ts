import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate, scope } from '../options.ts';

export const dropLora = method({
  name: 'droplora',
  version: 1,
  summary: 'ranks dropped between A and B',
  cite: {
    title: 'DropLoRA: Sparse Low-Rank Adaptation for Parameter-Efficient Fine-Tuning',
    year: 2025,
    url: 'https://arxiv.org/abs/2508.17337',
    where: 'the mask between the two low-rank matrices; dropout of A x in the authors’ code',
  },
  options: z.object({
    p: rate.default(0.2).describe('probability of dropping a rank'),
    structure: z
      .enum(['element', 'column'])
      .default('element')
      .describe('element: each token loses ranks of its own; column: all tokens lose the same'),
    scope: scope.default('example').describe('one mask for the batch, or one for each example'),
    compensate: z.boolean().default(true).describe('scale kept ranks by 1/(1-p)'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, structure, scope, compensate, layers }) => ({
    noise: [{ site: 'lora.rank', structure, compensation: compensate ? 'inverse' : 'none', p, scope, layers }],
    samples: 1,
    evaluate: { readout: 'deterministic' },
  }),
});
