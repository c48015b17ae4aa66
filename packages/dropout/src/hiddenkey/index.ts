import { z } from 'zod';
import { method } from '../method.ts';
import { weight } from '../options.ts';
import { hiddenKeyOptions, partsOf } from './options.ts';

export const hiddenKey = method({
  name: 'hiddenkey',
  version: 1,
  summary: 'column DropKey, element HiddenCut and a consistency loss between two passes',
  cite: {
    title: 'LoRA Meets Dropout under a Unified Framework',
    year: 2024,
    url: 'https://arxiv.org/abs/2403.00812',
    where: 'section 3.3, Eq. 3, 11, 12',
  },
  options: hiddenKeyOptions.extend({
    consistency: z
      .enum(['kl', 'js'])
      .default('kl')
      .describe('kl: both ways, between two passes; js: to the deterministic pass'),
    lambda: weight.default(0.2).describe('weight of the consistency loss'),
    branches: z
      .union([z.literal(1), z.literal(2)])
      .default(1)
      .describe('passes that gradients flow through'),
  }),
  build: ({ consistency, lambda, branches, ...rest }) => ({
    noise: partsOf(rest),
    samples: 1,
    consistency: { kind: consistency, weight: lambda, branches },
    evaluate: { readout: 'deterministic' },
  }),
});
