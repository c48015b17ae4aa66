import { fileURLToPath } from 'node:url';
import type { Model } from '@lab/adapter';
import { entry } from '@lab/records';
import { z } from 'zod';
import type { ModelContext } from '../context.ts';
import { DECODER_POOLINGS } from '../families/decoder-pool.ts';
import { gpt2 } from '../families/gpt2/index.ts';
import { openFamily } from '../families/open.ts';

/**
 * config.json, model.safetensors, tokenizer.json, recipe.json and curve.csv, all written by
 * scripts/make/train-decoder.ts.
 */
export const embeddedGptFolder = fileURLToPath(new URL('./weights', import.meta.url));

const options = z.object({
  pooling: z.enum(DECODER_POOLINGS).default('last').describe('how hidden states become one vector an example'),
  lm: z.boolean().default(true).describe('also open the language model head'),
});

/** See README.md in this folder. */
export const embeddedGpt = entry<[ModelContext], Promise<Model>, typeof options>({
  name: 'embedded-gpt',
  version: 2,
  summary:
    'a GPT-2-shaped decoder of 2.2 million parameters, trained here on WordNet; its weights are in the repository',
  cite: {
    title: 'Language Models are Unsupervised Multitask Learners',
    year: 2019,
    url: 'https://openai.com/index/better-language-models/',
    where: 'section 2.3, the shape alone',
  },
  options,
  build: ({ pooling, lm }, { trainedHead = false }) =>
    openFamily(gpt2, 'embedded-gpt', embeddedGptFolder, { pooling, lm, trainedHead }),
});
