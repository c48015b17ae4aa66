import { entry } from '@lab/records';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { lora, loraOptions } from '../lora/index.ts';
import type { Model } from '../model.ts';

const options = loraOptions.extend({
  fixed: z
    .enum(['A', 'B'])
    .default('A')
    .describe('factor that stays as it starts; B starts at zero, so B is fixed only in a run that starts from another'),
});

export const ffaLora = entry<[Model], Adapter, typeof options>({
  name: 'ffa-lora',
  version: 1,
  summary: 'LoRA of which one factor is fixed, so that the mean of clients’ updates is the update of their mean',
  cite: {
    title: 'Improving LoRA in Privacy-preserving Federated Learning',
    year: 2024,
    url: 'https://arxiv.org/abs/2403.12313',
    where: 'section 4',
  },
  options,
  build: ({ fixed, ...o }, model) => {
    // One factor alone is trained.
    const { pairs: _pairs, ...plain } = lora.build(o, model);
    const still = (name: string) => name.endsWith(`.lora_${fixed}`);
    return {
      ...plain,
      params: plain.params.map((spec) => (still(spec.name) ? { ...spec, decay: false, frozen: true } : spec)),
    };
  },
});
