import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate } from '../options.ts';

export const dropKey = method({
  name: 'dropkey',
  version: 1,
  summary: 'attention logits of dropped keys become minus infinity before the softmax',
  cite: {
    title: 'DropKey for Vision Transformer',
    year: 2023,
    url: 'https://arxiv.org/abs/2208.02646',
    where: 'as Eq. 3 of LoRA Meets Dropout (arXiv 2403.00812)',
  },
  options: z.object({
    p: rate.default(0.1).describe('probability of dropping a key; span: share of keys in the run'),
    structure: z.enum(['element', 'column', 'span']).default('column').describe('what is dropped together'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, structure, layers }) => ({
    noise: [{ site: 'attention.logits', structure, compensation: 'none', p, scope: 'example', layers }],
    samples: 1,
    evaluate: { readout: 'deterministic' },
  }),
});
