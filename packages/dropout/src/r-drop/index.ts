import { z } from 'zod';
import { inputNoise } from '../lora-input/noise.ts';
import { method } from '../method.ts';
import { layers, rate, weight } from '../options.ts';

export const rDrop = method({
  name: 'r-drop',
  version: 1,
  summary: 'two passes with LoRA input dropout: both task losses, and a KL both ways between them',
  cite: {
    title: 'R-Drop: Regularized Dropout for Neural Networks',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.14448',
    where: 'section 2.1',
  },
  options: z.object({
    p: rate.default(0.1).describe('probability of dropping an entry of the LoRA input'),
    alpha: weight.default(1).describe('weight of the KL'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, alpha, layers }) => ({
    noise: [inputNoise(p, layers)],
    samples: 1,
    consistency: { kind: 'r-drop', weight: alpha, branches: 2 },
    evaluate: { readout: 'deterministic' },
  }),
});
