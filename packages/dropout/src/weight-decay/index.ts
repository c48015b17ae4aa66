import { z } from 'zod';
import { method } from '../method.ts';

export const weightDecay = method({
  name: 'weight-decay',
  version: 1,
  summary: 'no dropout; a decoupled weight decay that wins over the run’s own',
  cite: {
    title: 'Decoupled Weight Decay Regularization',
    year: 2019,
    url: 'https://arxiv.org/abs/1711.05101',
    where: 'Algorithm 2 (AdamW)',
  },
  options: z.object({
    decay: z.number().min(0).default(0.1).describe('decoupled weight decay on adapter matrices and head weights'),
  }),
  build: ({ decay }) => ({
    noise: [],
    samples: 1,
    evaluate: { readout: 'deterministic' },
    train: { weightDecay: decay },
  }),
});
