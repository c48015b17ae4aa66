import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate } from '../options.ts';
import { inputNoise } from './noise.ts';

export const loraInput = method({
  name: 'lora-input',
  version: 1,
  summary: 'ordinary dropout on the input of the LoRA branch (lora_dropout of PEFT)',
  cite: {
    title: 'LoRA: Low-Rank Adaptation of Large Language Models',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.09685',
    where: 'lora_dropout of the published code',
  },
  options: z.object({
    p: rate.default(0.1).describe('probability of dropping an entry'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, layers }) => ({ noise: [inputNoise(p, layers)], samples: 1, evaluate: { readout: 'deterministic' } }),
});
