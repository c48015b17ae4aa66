import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate, weight } from '../options.ts';

export const hiddenCut = method({
  name: 'hiddencut',
  version: 1,
  summary: 'values of the feed-forward output dropped: entries, features or a run of tokens',
  cite: {
    title: 'HiddenCut: Simple Data Augmentation for Natural Language Understanding with Better Generalization',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.00149',
    where: 'as section 3 of LoRA Meets Dropout (arXiv 2403.00812)',
  },
  options: z.object({
    p: rate.default(0.1).describe('probability of dropping; span: share of tokens in the run'),
    structure: z.enum(['element', 'column', 'span']).default('element').describe('what is dropped together'),
    hiddenSite: z.enum(['ffn.hidden', 'ffn.intermediate']).default('ffn.hidden').describe('value that is masked'),
    compensate: z.boolean().default(true).describe('scale kept values by 1/(1-p)'),
    lambda: weight.default(0).describe('weight of KL to the deterministic pass, which the original adds to its spans'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, structure, hiddenSite, compensate, lambda, layers }) => ({
    noise: [
      { site: hiddenSite, structure, compensation: compensate ? 'inverse' : 'none', p, scope: 'example', layers },
    ],
    samples: 1,
    ...(lambda > 0 ? { consistency: { kind: 'js', weight: lambda, branches: 2 } } : {}),
    evaluate: { readout: 'deterministic' },
  }),
});
