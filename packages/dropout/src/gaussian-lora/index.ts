import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate, readout, samples } from '../options.ts';

export const gaussianLora = method({
  name: 'gaussian-lora',
  version: 1,
  summary: 'the entries of A and B times Gaussian factors of mean 1 and variance p/(1-p)',
  cite: {
    title: 'Dropout: A Simple Way to Prevent Neural Networks from Overfitting',
    year: 2014,
    url: 'https://jmlr.org/papers/v15/srivastava14a.html',
    where: 'section 10, multiplicative Gaussian noise, here on the matrices A and B',
  },
  options: z.object({
    p: rate.default(0.1).describe('rate of the dropout of equal mean and variance, p/(1-p)'),
    samples: samples.default(1).describe('N: draws whose losses are averaged in one step'),
    evaluate: readout.default('deterministic').describe('how it is tested'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, samples, evaluate, layers }) => {
    const factors = { structure: 'element', compensation: 'none', p, scope: 'batch', layers, law: 'gaussian' } as const;
    return {
      noise: [
        { site: 'lora.A', ...factors },
        { site: 'lora.B', ...factors },
      ],
      samples,
      evaluate: { readout: evaluate },
    };
  },
});
