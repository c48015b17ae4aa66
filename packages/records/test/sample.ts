import { runConfigSchema, type CurvePoint, type Prediction, type RunResult, type Surroundings } from '../src/index.ts';

/** A run's files, small. */
export const sampleConfig = runConfigSchema.parse({
  seed: 1,
  dataset: { name: 'd' },
  model: { name: 'm' },
  adapter: { name: 'a' },
  dropout: { name: 'x', p: 0.1 },
});
export const surroundings: Surroundings = {
  commit: null,
  dirty: null,
  node: 'v20',
  engine: 'js',
  threads: 1,
  cpu: 'a cpu',
  versions: { tfjs: '4.22.0' },
};
export const result: RunResult = {
  schema: 1,
  id: 'abc',
  status: 'done',
  reason: null,
  headline: { readout: 'deterministic', members: 1 },
  metric: 'accuracy',
  selectedEpoch: 2,
  evaluations: [
    { split: 'test', readout: 'deterministic', members: 1, examples: 2, metrics: { accuracy: 0.5, matthews: null } },
  ],
  counts: { trainable: 10, adapter: 8, frozen: 100 },
  cost: { seconds: 1, trainSeconds: 0.5, evalSeconds: 0.5, steps: 4, examplesPerSecond: 8, peakMemoryMB: 100 },
};
export const sampleCurve: readonly CurvePoint[] = [
  { step: 2, epoch: 1, trainLoss: 0.7, lr: 1e-3, evaluations: [] },
  { step: 4, epoch: 2, trainLoss: 0.6, lr: 0, evaluations: result.evaluations },
];
export const predictions: readonly Prediction[] = [
  { id: 'one', label: 0, deterministic: [0.1, -0.2], members: [[0.1, 0.2]] },
  { id: 'line\nbreak', label: 1, deterministic: [1e-7, 3] },
];
