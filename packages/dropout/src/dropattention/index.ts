import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate } from '../options.ts';

export const dropAttention = method({
  name: 'dropattention',
  version: 1,
  summary: 'attention weights dropped after the softmax and rescaled to sum to one',
  cite: {
    title: 'DropAttention: A Regularization Method for Fully-Connected Self-Attention Networks',
    year: 2019,
    url: 'https://arxiv.org/abs/1907.11065',
    where: 'as Eq. 1 and 2 of LoRA Meets Dropout (arXiv 2403.00812)',
  },
  options: z.object({
    p: rate.default(0.1).describe('probability of dropping a weight; span: share of keys in the run'),
    structure: z.enum(['element', 'column', 'span']).default('element').describe('what is dropped together'),
    stopGradient: z
      .boolean()
      .default(true)
      .describe('no gradient through the sum of kept weights, as in the paper; false has the gradient of DropKey'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, structure, stopGradient, layers }) => ({
    noise: [
      {
        site: 'attention.weights',
        structure,
        compensation: stopGradient ? 'normalised-stop' : 'normalised',
        p,
        scope: 'example',
        layers,
      },
    ],
    samples: 1,
    evaluate: { readout: 'deterministic' },
  }),
});
