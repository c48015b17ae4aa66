import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate, readout, samples, scope } from '../options.ts';
import { maskPair } from './masks.ts';
import { WHERE, whereAllows } from './where.ts';

const options = z
  .object({
    p: rate.default(0.3).describe('probability of dropping a column of A, and a row of B'),
    samples: samples.default(4).describe('N: mask draws whose losses are averaged in one step'),
    scope: scope.default('batch').describe('one mask for the batch, or one for each example'),
    compensate: z.boolean().default(false).describe('scale kept entries by 1/(1-p); the paper does not'),
    where: z.enum(WHERE).default('both').describe('ablation: masks in training, at test, or in both'),
    evaluate: readout.default('ensemble-logits').describe('how it is tested'),
    layers: layers.default('all').describe('layers it acts on'),
  })
  .superRefine(({ where, evaluate }, context) => {
    const reason = whereAllows(where, evaluate);
    if (reason) context.addIssue({ code: 'custom', path: ['evaluate'], message: reason });
  });

export const loraDropout = method({
  name: 'lora-dropout',
  version: 1,
  summary: 'whole columns of A and rows of B dropped, N averaged losses, test-time ensemble',
  cite: {
    title: 'LoRA Dropout as a Sparsity Regularizer for Overfitting Control',
    year: 2024,
    url: 'https://arxiv.org/abs/2404.09610',
    where: 'Eq. 2, 3, 7, 8',
  },
  options,
  build: ({ p, samples, scope, compensate, where, evaluate, layers }) => {
    const masks = maskPair({ p, scope, layers, compensation: compensate ? 'inverse' : 'none' });
    return {
      noise: where === 'test' ? [] : masks,
      ...(where === 'both' ? {} : { testNoise: where === 'test' ? masks : [] }),
      samples,
      evaluate: { readout: evaluate },
    };
  },
});
