import { z } from 'zod';

/** How texts are written: the words are those of transformers' GenerationConfig. */
export const generationSchema = z.strictObject({
  numBeams: z.number().int().min(1).max(64).default(1).describe('beams; 1 is greedy'),
  maxNewTokens: z.number().int().min(1).default(48).describe('most tokens written'),
  lengthPenalty: z.number().default(1).describe('a finished beam is ranked by its log-probability over length^penalty'),
  noRepeatNgram: z.number().int().min(0).default(0).describe('no n-gram occurs twice, prompt included; 0: off'),
  repetitionPenalty: z.number().positive().default(1).describe('scores of tokens seen before are divided by it'),
});

export type Generation = z.infer<typeof generationSchema>;
