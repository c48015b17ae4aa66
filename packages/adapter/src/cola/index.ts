import { entry } from '@lab/records';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { chain } from '../chain/index.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';

const options = loraOptions.extend({
  links: z.number().int().min(1).default(3).describe('links of the chain: equal parts of the training'),
});

export const cola = entry<[Model], Adapter, typeof options>({
  name: 'cola',
  version: 2,
  summary: 'a chain of LoRAs: train one, add it to the weights, start the next with a fresh optimiser',
  cite: {
    title: 'Chain of LoRA: Efficient Fine-tuning of Language Models via Residual Learning',
    year: 2024,
    url: 'https://arxiv.org/abs/2401.04151',
    where: 'section 3, algorithm 1',
  },
  options,
  build: ({ links, ...o }, model) => {
    const targets = selectTargets(model.linears, o.target_modules);
    return chain({ targets, links, r: o.r, scale: loraScale(o) });
  },
});
