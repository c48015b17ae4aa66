import { z } from 'zod';
import { runConfigSchema } from './config.ts';
import type { CurvePoint, Evaluation, Prediction, RunRecord, RunResult, Surroundings } from './record.ts';

// One schema for each type of record.ts: what a reader of a run folder or an archive accepts.
// Unknown keys are kept, so that an older program reads what a newer one wrote.

const readout = z.enum(['deterministic', 'mean-field', 'ensemble-logits', 'ensemble-probabilities']);
const count = z.number().int().min(0);

/** JSON has no NaN and no infinity: both are written as null, and read as NaN. */
const anyNumber = z.union([z.number(), z.null().transform(() => Number.NaN)]);

const metrics = z.record(z.string(), z.number().nullable());

const evaluation: z.ZodType<Evaluation> = z.looseObject({
  split: z.union([
    z.enum(['train', 'validation', 'test']),
    z.templateLiteral([z.enum(['elsewhere:', 'task:', 'told:']), z.string()]),
  ]),
  readout,
  members: count,
  examples: count,
  metrics,
});

const allocation = z.looseObject({
  step: count,
  proxy: z.string(),
  modules: z.array(z.looseObject({ name: z.string(), score: anyNumber, on: z.boolean() })),
  parameters: z.number(),
  budget: z.number(),
  warning: z.string().exactOptional(),
});

/** One row of metrics.jsonl. */
export const curvePointSchema: z.ZodType<CurvePoint> = z.looseObject({
  step: count,
  epoch: z.number(),
  trainLoss: anyNumber,
  lr: z.number(),
  evaluations: z.array(evaluation),
  allocations: z.array(allocation).exactOptional(),
});

/** result.json. */
export const runResultSchema: z.ZodType<RunResult> = z.looseObject({
  schema: z.literal(1),
  id: z.string(),
  status: z.enum(['done', 'diverged']),
  reason: z.string().nullable(),
  headline: z.looseObject({ readout, members: count }),
  metric: z.string(),
  selectedEpoch: z.number(),
  evaluations: z.array(evaluation),
  counts: z.looseObject({ trainable: count, adapter: count, frozen: count }),
  ranks: z.record(z.string(), count).exactOptional(),
  averagingError: z.number().exactOptional(),
  cost: z.looseObject({
    seconds: z.number(),
    trainSeconds: z.number(),
    evalSeconds: z.number(),
    steps: z.number(),
    examplesPerSecond: z.number(),
    peakMemoryMB: z.number(),
    energyJoules: z.number().nullable().exactOptional(),
    loadPerCore: z.number().exactOptional(),
  }),
});

const surroundingsSchema: z.ZodType<Surroundings> = z.looseObject({
  commit: z.string().nullable(),
  dirty: z.boolean().nullable(),
  node: z.string(),
  engine: z.string(),
  threads: z.number(),
  cpu: z.string(),
  gpu: z.string().nullable().exactOptional(),
  versions: z.record(z.string(), z.string()),
});

/** run.json: what was asked, and where. */
export const runHeadSchema = z.looseObject({ config: runConfigSchema, surroundings: surroundingsSchema });

/** A finished run: run.json and result.json together, as archives hold them. */
export const runRecordSchema: z.ZodType<RunRecord> = z.looseObject({
  config: runConfigSchema,
  surroundings: surroundingsSchema,
  result: runResultSchema,
});

const numbers = z.array(anyNumber);

/** One row of predictions.jsonl. */
export const predictionSchema: z.ZodType<Prediction> = z.looseObject({
  id: z.string(),
  label: z.number(),
  deterministic: numbers,
  texts: z
    .strictObject({
      deterministic: z.string().exactOptional(),
      'mean-field': z.string().exactOptional(),
      'ensemble-logits': z.string().exactOptional(),
      'ensemble-probabilities': z.string().exactOptional(),
    })
    .exactOptional(),
  references: z.array(z.string()).exactOptional(),
  meanField: numbers.exactOptional(),
  members: z.array(numbers).exactOptional(),
});
