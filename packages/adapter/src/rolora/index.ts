import { entry } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { linkAt } from '../chain/links.ts';
import { lora, loraOptions } from '../lora/index.ts';
import type { Model } from '../model.ts';

const options = loraOptions.extend({
  rounds: z.number().int().min(1).default(10).describe('equal parts of the training; B is trained in the first'),
});

export const roLora = entry<[Model], Adapter, typeof options>({
  name: 'rolora',
  version: 1,
  summary: 'LoRA whose factors are trained in turn: B in one round, A in the next (one machine, no federation)',
  cite: {
    title: 'Robust Federated Finetuning of LLMs via Alternating Optimization of LoRA',
    year: 2025,
    url: 'https://arxiv.org/abs/2502.01755',
    where: 'section 3',
  },
  options,
  build: ({ rounds, ...o }, model) => {
    // Its factors are never trained together.
    const { pairs: _pairs, ...plain } = lora.build(o, model);
    return {
      ...plain,
      trainable: ({ trainsA }) => {
        const trainsB = tf.sub(1, trainsA!);
        return Object.fromEntries(plain.params.map(({ name }) => [name, name.endsWith('lora_A') ? trainsA! : trainsB]));
      },
      state: {
        slots: [],
        inputs: (at) => ({ trainsA: linkAt(at, rounds) % 2 }),
        update: ({ params }) => ({ params, slots: {} }),
      },
    };
  },
});
