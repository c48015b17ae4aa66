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

/** How the updates of several runs become one. */
const combineSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('arithmetic'),
    scale: z.number().default(1).describe('lambda: W + lambda times the sum of the updates'),
  }),
  z.strictObject({
    name: z.literal('ties'),
    keep: z.number().gt(0).max(1).default(0.2).describe('share of the numbers of an update, its largest, that is kept'),
    scale: z.number().default(1).describe('lambda: what the elected means are multiplied with'),
  }),
]);

/** What a run starts from. Absent in a config: the base model, with an adapter begun afresh. */
export const fromSchema = z
  .strictObject({
    run: id.optional().describe('id of a finished run'),
    runs: z.array(weighted).min(1).optional().describe('ids of several finished runs, with their weights'),
    peft: id.optional().describe('adapter that lab import has read, by the name that it printed'),
    take: z
      .enum(['adapter', 'merged', 'ensemble'])
      .default('adapter')
      .describe(
        'adapter: its trained values are the start values; merged: its update becomes part of the frozen weights, ' +
          'and the adapter begins afresh; ensemble: nothing is trained, and the probabilities of all "runs", each ' +
          'with its own adapter and head, are averaged',
      ),
    combine: combineSchema
      .optional()
      .describe('how the updates of "runs" become one, where they are merged; absent: their weighted mean'),
    head: z
      .enum(['keep', 'fresh', 'frozen', 'gated'])
      .default('keep')
      .describe(
        'keep: the trained head is the start of the head; frozen: it stays as it is; fresh: a new one begins; gated: ' +
          'the heads of all "runs" stay as they are, and gates are trained that mix their outputs (adapter mole)',
      ),
    stream: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('names the streams of start values, order and masks of this stage; absent: the seed’s own'),
  })
  .refine((from) => ways.filter((way) => from[way] !== undefined).length === 1, {
    message: `expected exactly one of ${ways.join(', ')}`,
  })
  .refine(({ combine, runs, take }) => combine === undefined || (runs !== undefined && take === 'merged'), {
    message: 'combine makes one update of several: it needs "runs", and "take": "merged"',
  })
  .refine(({ take, runs, head }) => take !== 'ensemble' || (runs !== undefined && head === 'keep'), {
    message: 'take: ensemble averages what "runs" answer, each with its own head: it needs "runs", and "head": "keep"',
  })
  .refine(({ take, runs = [] }) => take !== 'ensemble' || runs.every(({ weight }) => weight === runs[0]?.weight), {
    message: 'take: ensemble counts all runs alike; leave their weights out',
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

/** Which part of the training split a run has, as a client of a federation. Absent: all of it. */
export const shareSchema = z
  .strictObject({
    client: z.number().int().min(0).describe('which client this is, from 0'),
    clients: z.number().int().min(1).max(10_000).describe('how many clients the training split is divided among'),
    skew: z
      .number()
      .positive()
      .optional()
      .describe('concentration of the Dirichlet law of a client’s classes: small is uneven; absent: divided at random'),
  })
  .refine(({ client, clients }) => client < clients, { message: 'client counts from 0, so it is below clients' });

export type Combine = z.infer<typeof combineSchema>;
export type Share = z.infer<typeof shareSchema>;
export type StageFrom = z.infer<typeof fromSchema>;

/** The runs that must be finished before a run can start, with their weights. */
export const sourcesOf = ({ from }: { readonly from?: StageFrom | undefined }): readonly z.infer<typeof weighted>[] =>
  from?.run !== undefined ? [{ run: from.run, weight: 1 }] : (from?.runs ?? []);
