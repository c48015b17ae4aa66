import { z } from 'zod';

/**
 * Options of a data set whose test split is its published development file. `words` say what is
 * split off train, and what a malformed row is called.
 */
export const protocolOptions = (words: { readonly validation: string; readonly malformed: string }) =>
  z.object({
    protocol: z
      .enum(['clean', 'dev-is-both'])
      .default('clean')
      .describe(
        'clean: dev is the test split, validation is split off train; ' +
          'dev-is-both: dev serves as validation and as test',
      ),
    validation: z
      .number()
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe(`${words.validation}; null: a tenth, at most 1,000`),
    malformed: z
      .enum(['error', 'skip'])
      .default('error')
      .describe(`what to do with ${words.malformed} that do not fit`),
  });
