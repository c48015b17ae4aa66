import { z } from 'zod';
import type { RunConfig } from '@lab/records';

const readout = z.enum(['deterministic', 'mean-field', 'ensemble-logits', 'ensemble-probabilities']);
const metrics = z.record(z.string(), z.number().nullable());
const outputs = z.array(z.number());

const evaluation = z.looseObject({
  split: z.union([z.enum(['train', 'validation', 'test']), z.templateLiteral(['elsewhere:', z.string()])]),
  readout,
  members: z.number(),
  examples: z.number(),
  metrics,
});

const allocation = z.looseObject({
  step: z.number(),
  proxy: z.string(),
  modules: z.array(z.looseObject({ name: z.string(), score: z.number(), on: z.boolean() })),
  parameters: z.number(),
  budget: z.number(),
  warning: z.string().exactOptional(),
});

const curvePoint = z.looseObject({
  step: z.number(),
  epoch: z.number(),
  trainLoss: z.number(),
  lr: z.number(),
  evaluations: z.array(evaluation),
  allocations: z.array(allocation).exactOptional(),
});

const prediction = z.looseObject({
  id: z.string(),
  label: z.number(),
  deterministic: outputs,
  texts: z.partialRecord(readout, z.string()).exactOptional(),
  references: z.array(z.string()).exactOptional(),
  meanField: outputs.exactOptional(),
  members: z.array(outputs).exactOptional(),
});

const named = z.looseObject({ name: z.string() });

/** What reports read of a config. */
const readOfConfig = z.looseObject({
  seed: z.number(),
  dataset: named,
  model: named,
  adapter: named,
  dropout: named,
  train: z.looseObject({}),
  select: z.string(),
  members: z.number(),
});

/** A config as it was archived: later versions of this program may have other keys and defaults. */
const config = z.custom<RunConfig>(
  (value) => readOfConfig.safeParse(value).success,
  'expected the config of a run, with seed, dataset, model, adapter, dropout, train, select and members',
);

const surroundings = z.looseObject({
  commit: z.string().nullable(),
  dirty: z.boolean().nullable(),
  node: z.string(),
  engine: z.string(),
  threads: z.number(),
  cpu: z.string(),
  gpu: z.string().nullable().exactOptional(),
  versions: z.record(z.string(), z.string()),
});

const result = z.looseObject({
  schema: z.literal(1),
  id: z.string(),
  status: z.enum(['done', 'diverged']),
  reason: z.string().nullable(),
  headline: z.looseObject({ readout, members: z.number() }),
  metric: z.string(),
  selectedEpoch: z.number(),
  evaluations: z.array(evaluation),
  counts: z.looseObject({ trainable: z.number(), adapter: z.number(), frozen: z.number() }),
  cost: z.looseObject({
    seconds: z.number(),
    trainSeconds: z.number(),
    evalSeconds: z.number(),
    steps: z.number(),
    examplesPerSecond: z.number(),
    peakMemoryMB: z.number(),
    energyJoules: z.number().nullable().exactOptional(),
  }),
});

/** The first line of an archive. */
export const archiveHead = z.looseObject({
  name: z.string(),
  title: z.string(),
  question: z.string(),
  holds: z.string().exactOptional(),
});

/** Every other line: a run as reports see it. Keys that are not named here are kept. */
export const archivedRun = z.looseObject({
  record: z.looseObject({ config, surroundings, result }),
  labels: z.record(z.string(), z.union([z.string(), z.number()])),
  predictions: z.array(prediction),
  curve: z.array(curvePoint),
});
