import { z } from 'zod';
import { method } from '../method.ts';

export const noDropout = method({
  name: 'none',
  version: 1,
  summary: 'no dropout anywhere: plain LoRA',
  cite: {
    title: 'LoRA: Low-Rank Adaptation of Large Language Models',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.09685',
    where: 'Eq. 3',
  },
  options: z.object({}),
  build: () => ({ noise: [], samples: 1, evaluate: { readout: 'deterministic' } }),
});
