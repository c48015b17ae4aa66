import { z } from 'zod';

/** How the columns of a person's own table become a task: shared by `file` and `hub`. */
export const ownOptions = {
  task: z
    .enum(['classification', 'regression', 'extractive-qa', 'text-to-text'])
    .default('classification')
    .describe(
      'classification (two or more classes), regression, extractive-qa or text-to-text; a pair task names columns.pair',
    ),
  columns: z
    .strictObject({
      text: z.string().default('text').describe('the sentence, first sentence, question or source text'),
      pair: z.string().nullable().default(null).describe('the second sentence, or the context of a question'),
      label: z.string().default('label').describe('class or target value'),
      target: z.string().default('target').describe('answer or reference, one or a list'),
      start: z
        .string()
        .nullable()
        .default('answer_start')
        .describe('character offset of each answer in the context; null: where the answer first stands'),
    })
    .prefault({})
    .describe('names of the columns'),
  classes: z
    .array(z.string().min(1))
    .min(2)
    .refine((names) => new Set(names).size === names.length, 'expected names that differ')
    .nullable()
    .default(null)
    .describe('labels in class order; null: those of train, sorted'),
  range: z
    .tuple([z.number(), z.number()])
    .nullable()
    .default(null)
    .describe('allowed targets of a regression; null: any finite number'),
  metric: z.string().nullable().default(null).describe('main metric; null: accuracy, pearson, f1 or rouge-l by task'),
  licence: z.string().default('not stated').describe('licence of the data, for the report'),
  validationSize: z
    .number()
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe('split off train where no file is given; null: a tenth, at most 1,000'),
  testSize: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('split off train where no file is given; null: a tenth, at most 1,000'),
  malformed: z.enum(['error', 'skip']).default('error').describe('what to do with rows that do not fit'),
};

/** The parsed options. */
export type OwnOptions = z.infer<z.ZodObject<typeof ownOptions>>;
