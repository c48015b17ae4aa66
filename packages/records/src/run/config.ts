import { z } from 'zod';
import { fromSchema, shareSchema, tasksSchema } from './stage.ts';

/** An entry's name and options, not yet checked against its catalogue. */
const named = z.looseObject({ name: z.string() });

/** How the adapter is trained. Defaults are the embedded default's. */
export const trainSchema = z.strictObject({
  epochs: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(10)
    .describe('passes over the training split; 0: the weights that "from" names are only tested'),
  batchSize: z.number().int().min(1).max(65_536).default(16).describe('examples in one optimiser step'),
  accumulate: z
    .number()
    .int()
    .min(1)
    .max(65_536)
    .optional()
    .describe('parts that a batch is read in, their gradients summed; absent: one'),
  lr: z.number().positive().default(2e-3).describe('peak learning rate'),
  weightDecay: z.number().min(0).default(0.01).describe('decoupled weight decay on adapter matrices and head weights'),
  warmup: z.number().min(0).max(1).default(0.06).describe('share of steps with rising learning rate'),
  warmupSteps: z.number().int().min(0).optional().describe('steps with rising learning rate, in place of warmup'),
  schedule: z.enum(['linear', 'constant', 'cosine']).default('linear').describe('what follows the warm-up'),
  clip: z.number().positive().default(1).describe('largest global gradient norm'),
  optimizer: named.optional().describe('lora-rite or lora-pro, for adapters of LoRA pairs; left out: AdamW'),
  maxTokens: z.number().int().min(1).max(131_072).default(64).describe('tokens kept of a text'),
  labelSmoothing: z.number().min(0).lt(1).optional().describe('text-to-text: target spread over the vocabulary'),
  patience: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('early-stopping: evaluations without a lower validation loss that end training; left out: 3'),
  evalEvery: z.number().int().min(1).default(1).describe('epochs between evaluations on validation'),
  recompute: z
    .literal(true)
    .optional()
    .describe('layers are computed again in the backward pass, so that memory holds one at a time; absent: kept'),
});

/** Extractive question answering: windows of a context, and which spans may be answers. */
export const qaSchema = z.strictObject({
  stride: z.number().int().min(0).default(128).describe('tokens that neighbouring windows of a context share'),
  questionTokens: z.number().int().min(1).default(64).describe('tokens kept of a question'),
  answerTokens: z.number().int().min(1).default(30).describe('tokens of an answer, at most'),
  nBest: z.number().int().min(1).default(20).describe('first and last tokens tried in each window'),
  noAnswer: z
    .union([z.literal('validation'), z.number()])
    .default('validation')
    .describe('how far no answer may be ahead of the best span: as validation has it, or a difference of scores'),
});

/** A whole run. Its canonical JSON, with the versions of the entries it names, is its identity. */
export const runConfigSchema = z.strictObject({
  seed: z.number().int().min(0).describe('names the streams for data, init and masks; equal seeds are paired'),
  dataset: named.describe('data set entry and options'),
  model: named.describe('model entry and options'),
  adapter: named.describe('adapter entry and options'),
  dropout: named.describe('dropout method and options'),
  head: z
    .enum(['linear', 'fine-tuning'])
    .optional()
    .describe('classification head: one linear map (also when absent), or the whole head of the family, all trained'),
  train: trainSchema.prefault({}),
  from: fromSchema.optional().describe('what the run starts from; absent: the base model'),
  share: shareSchema.optional().describe('part of the training split that it has as a client; absent: all of it'),
  tasks: tasksSchema.optional().describe('tasks of a sequence; absent: the data set is the only one'),
  select: z
    .enum(['last', 'best-validation', 'early-stopping'])
    .default('last')
    .describe('which checkpoint is tested; early-stopping: lowest validation loss, training ends after train.patience'),
  trainOn: named
    .optional()
    .describe('data set that training and validation rows come from; absent: dataset, which is tested on'),
  choice: z
    .strictObject({
      normalise: z
        .enum(['none', 'tokens'])
        .default('none')
        .describe('multiple choice: an option scores the sum of its tokens’ log-probabilities, or their mean'),
    })
    .optional()
    .describe('multiple choice: how options are scored'),
  qa: qaSchema.optional().describe('extractive question answering; absent: all defaults'),
  base: z
    .enum(['float32', 'float16', 'int8-backward', 'int8'])
    .optional()
    .describe('how frozen matrices are kept and multiplied (docs/base.md); absent: float32'),
  generation: z.looseObject({}).optional().describe('text-to-text: how texts are written'),
  trainReading: z
    .enum(['sample', 'whole'])
    .optional()
    .describe('how much of the training split is read at the end; absent: a sample of 512 rows'),
  members: z.number().int().min(0).max(256).default(8).describe('ensemble members M drawn at evaluation'),
});

export type QaConfig = z.infer<typeof qaSchema>;
export type RunConfig = z.infer<typeof runConfigSchema>;
