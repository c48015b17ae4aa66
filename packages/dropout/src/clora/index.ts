import { z } from 'zod';
import { method } from '../method.ts';
import { weight } from '../options.ts';
import { nullSpacePenalty } from './penalty.ts';

export const cLora = method({
  name: 'clora',
  version: 1,
  summary: 'penalty that pushes fixed random directions into the null space of the update; no dropout',
  cite: {
    title:
      'Controlled Low-Rank Adaptation with Subspace Regularization for Continued Training on Large Language Models',
    year: 2025,
    url: 'https://arxiv.org/abs/2410.16801',
    where: 'the orthogonal regularisation with pre-defined matrices',
  },
  options: z.object({
    k: z.number().int().min(1).default(32).describe('directions on each side of every update; the knob of strength'),
    lambda: weight.default(1).describe('weight of the penalty'),
    seed: z.number().int().min(0).default(0).describe('names the fixed directions; the same for every run'),
  }),
  build: ({ k, lambda, seed }) => ({
    noise: [],
    samples: 1,
    evaluate: { readout: 'deterministic' },
    ...(lambda > 0 ? { penalty: nullSpacePenalty(k, lambda, seed) } : {}),
  }),
});
