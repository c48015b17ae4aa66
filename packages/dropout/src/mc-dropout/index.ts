import { z } from 'zod';
import { inputNoise } from '../lora-input/noise.ts';
import { method } from '../method.ts';
import { layers, rate } from '../options.ts';

export const mcDropout = method({
  name: 'mc-dropout',
  version: 1,
  summary: 'LoRA input dropout that stays on at test: the mean of M stochastic predictions',
  cite: {
    title: 'Dropout as a Bayesian Approximation: Representing Model Uncertainty in Deep Learning',
    year: 2016,
    url: 'https://arxiv.org/abs/1506.02142',
    where: 'section 4, the predictive mean',
  },
  options: z.object({
    p: rate.default(0.1).describe('probability of dropping an entry of the LoRA input'),
    evaluate: z
      .enum(['ensemble-probabilities', 'ensemble-logits'])
      .default('ensemble-probabilities')
      .describe('what is averaged'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, evaluate, layers }) => ({
    noise: [inputNoise(p, layers)],
    samples: 1,
    evaluate: { readout: evaluate },
  }),
});
