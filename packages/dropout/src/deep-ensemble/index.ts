import { z } from 'zod';
import { method } from '../method.ts';

export const deepEnsemble = method({
  name: 'deep-ensemble',
  version: 1,
  summary: 'no dropout; the runs of different seeds are the members of one ensemble',
  cite: {
    title: 'Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles',
    year: 2017,
    url: 'https://arxiv.org/abs/1612.01474',
    where: 'Algorithm 1, without adversarial training',
  },
  options: z.object({}),
  build: () => ({ noise: [], samples: 1, evaluate: { readout: 'deterministic' }, ensembleOver: 'seeds' }),
});
