import { z } from 'zod';

const id = z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits');
const named = z.looseObject({ name: z.string() });
const taskName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/,
    'expected letters, digits, ".", "_" and "-", the first a letter or digit',
  );

/** One of several runs that a run starts from, and its share in their mean. */
const weighted = z.strictObject({ run: id, weight: z.number().min(0).default(1) });

const ways = ['run', 'runs', 'peft'] as const;

/** What a run starts from. Absent in a config: the base model, with an adapter begun afresh. */
export const fromSchema = z
  .strictObject({
    run: id.optional().describe('id of a finished run'),
    runs: z.array(weighted).min(1).optional().describe('ids of several finished runs, with their weights'),
    peft: id.optional().describe('adapter that lab import has read, by the name that it printed'),
    take: z
      .enum(['adapter', 'merged'])
      .default('adapter')
      .describe(
        'adapter: its trained values are the start values; merged: its update becomes part of the frozen weights, ' +
          'and the adapter begins afresh',
      ),
    head: z.enum(['keep', 'fresh']).default('keep').describe('whether the trained head is the start of the head'),
    stream: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('names the streams of start values, order and masks of this stage; absent: the seed’s own'),
  })
  .refine((from) => ways.filter((way) => from[way] !== undefined).length === 1, {
    message: `expected exactly one of ${ways.join(', ')}`,
  });

/** Which tasks a run knows. Absent in a config: its own data set alone. */
export const tasksSchema = z.strictObject({
  own: taskName.describe('name of the task of this run’s data set'),
  others: z
    .array(z.strictObject({ name: taskName, dataset: named }))
    .default([])
    .describe('other tasks that it is tested on: those met before, in that order'),
  head: z
    .enum(['shared', 'growing', 'apart'])
    .default('shared')
    .describe(
      'shared: all tasks have the same classes; growing: each adds its own, and a test chooses among all met; ' +
        'apart: each has its own, and a test is told the task',
    ),
  train: z
    .enum(['own', 'all'])
    .default('own')
    .describe('own: the training split of its own task; all: those of all tasks together (joint training)'),
});

export type StageFrom = z.infer<typeof fromSchema>;
export type StageTasks = z.infer<typeof tasksSchema>;

/** The runs that must be finished before a run can start, with their weights. */
export const sourcesOf = ({ from }: { readonly from?: StageFrom | undefined }): readonly z.infer<typeof weighted>[] =>
  from?.run !== undefined ? [{ run: from.run, weight: 1 }] : (from?.runs ?? []);
