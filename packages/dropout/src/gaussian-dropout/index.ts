import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate } from '../options.ts';

export const gaussianDropout = method({
  name: 'gaussian-dropout',
  version: 1,
  summary: 'the input of the LoRA branch times Gaussian factors of mean 1 and variance p/(1-p)',
  cite: {
    title: 'Dropout: A Simple Way to Prevent Neural Networks from Overfitting',
    year: 2014,
    url: 'https://jmlr.org/papers/v15/srivastava14a.html',
    where: 'section 10, multiplicative Gaussian noise',
  },
  options: z.object({
    p: rate.default(0.1).describe('rate of the dropout of equal mean and variance, p/(1-p)'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, layers }) => ({
    noise: [
      {
        site: 'lora.input',
        structure: 'element',
        compensation: 'none',
        p,
        scope: 'example',
        layers,
        law: 'gaussian',
      },
    ],
    samples: 1,
    evaluate: { readout: 'deterministic' },
  }),
});
