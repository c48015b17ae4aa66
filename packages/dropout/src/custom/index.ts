import { z } from 'zod';
import { method } from '../method.ts';
import { noise, readout, samples, weight } from '../options.ts';
import { meanFieldDefined } from '../masks/mean-field.ts';
import { noiseLabel, refusal } from '../noise/check.ts';

const options = z
  .object({
    noise: z
      .array(noise)
      .min(1)
      .describe('every source of noise: site, structure, compensation, p, scope, layers, law'),
    samples: samples.default(1).describe('N: mask draws whose losses are averaged in one step'),
    consistency: z
      .strictObject({
        kind: z.enum(['kl', 'js', 'r-drop']),
        weight,
        branches: z.union([z.literal(1), z.literal(2)]).default(2),
      })
      .optional()
      .describe('a second pass that should agree with the first'),
    evaluate: readout.default('deterministic').describe('how it is tested'),
  })
  .superRefine(({ noise, evaluate }, context) => {
    noise.forEach((one, i) => {
      const reason = refusal(one);
      if (reason) context.addIssue({ code: 'custom', path: ['noise', i], message: `${noiseLabel(one)}: ${reason}` });
    });
    if (evaluate === 'mean-field' && !meanFieldDefined(noise))
      context.addIssue({
        code: 'custom',
        path: ['evaluate'],
        message: '"mean-field" needs noise on the LoRA branch alone, and no spans; got other noise',
      });
  });

export const custom = method({
  name: 'custom',
  version: 1,
  summary: 'any noise the framework can express, written in the config',
  cite: {
    title: 'LoRA Meets Dropout under a Unified Framework',
    year: 2024,
    url: 'https://arxiv.org/abs/2403.00812',
    where: 'section 3: position x structure x compensation',
  },
  options,
  build: ({ noise, samples, consistency, evaluate }) => ({
    noise,
    samples,
    consistency,
    evaluate: { readout: evaluate },
  }),
});
