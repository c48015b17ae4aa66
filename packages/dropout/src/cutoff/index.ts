import { z } from 'zod';
import { method } from '../method.ts';
import { rate, weight } from '../options.ts';

export const cutoff = method({
  name: 'cutoff',
  version: 1,
  summary: 'token embeddings erased: single tokens, single features, or a run of tokens',
  cite: {
    title: 'A Simple but Tough-to-Beat Data Augmentation Approach for Natural Language Understanding and Generation',
    year: 2020,
    url: 'https://arxiv.org/abs/2009.13818',
    where: 'token, feature and span cutoff; the +input row of LoRA Meets Dropout (arXiv 2403.00812)',
  },
  options: z.object({
    p: rate.default(0.1).describe('probability of erasing; span: share of tokens in the run'),
    structure: z
      .enum(['row', 'column', 'span'])
      .default('span')
      .describe('row: single tokens, column: single features of all tokens, span: a run of tokens'),
    lambda: weight.default(0).describe('weight of KL to the deterministic pass'),
  }),
  build: ({ p, structure, lambda }) => ({
    noise: [{ site: 'embedding', structure, compensation: 'none', p, scope: 'example', layers: 'all' }],
    samples: 1,
    ...(lambda > 0 ? { consistency: { kind: 'js', weight: lambda, branches: 2 } } : {}),
    evaluate: { readout: 'deterministic' },
  }),
});
