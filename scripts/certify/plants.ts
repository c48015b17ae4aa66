import { fold, normal, uniform, type Key } from '@lab/random';
import { measure } from '@lab/metrics';
import { runConfigSchema, type Evaluation, type Prediction } from '@lab/records';
import type { Cell } from '@lab/report';

/** A planted truth: what a fake trainer makes of an arm, a task and a seed. */
export interface Plant {
  /** True accuracy of an arm beyond `base`, by arm. */
  readonly effects: { readonly [arm: string]: number };
  readonly tasks?: number;
  /** Correlation of the seeds' luck between tasks. */
  readonly correlation?: number;
  readonly noise?: 'normal' | 'skewed';
  /** What is added on the test split alone, by arm: labels that leak. */
  readonly leaks?: { readonly [arm: string]: number };
}

const base = 0.7;
const testExamples = 100;
const validationExamples = 60;
/** Standard deviation of a run's true accuracy over seeds. */
export const luck = 0.03;
const classes = ['0', '1'];

const accuracyOf = (plant: Plant, key: Key, arm: string, task: number): number => {
  const { effects, correlation = 0, noise = 'normal' } = plant;
  const own = fold(fold(key, arm), task);
  const draw = (k: Key): number => {
    if (noise === 'normal') return normal(k, 1)[0] ?? 0;
    return -Math.log((uniform(k, 1)[0] ?? 0) + 2 ** -25) - 1;
  };
  const z = Math.sqrt(correlation) * draw(fold(key, arm)) + Math.sqrt(1 - correlation) * draw(own);
  return base + (effects[arm] ?? 0) + luck * z;
};

/** Examples of which each is right with probability `accuracy`, all with the same confidence. */
const outputs = (key: Key, count: number, accuracy: number): Prediction[] =>
  Array.from(uniform(key, count), (u, i) => {
    const label = i % 2;
    const said = u < accuracy ? label : 1 - label;
    return { id: `e${i}`, label, deterministic: said === 0 ? [0.8, 0] : [0, 0.8] };
  });

const evaluation = (split: Evaluation['split'], rows: readonly Prediction[]): Evaluation => ({
  split,
  readout: 'deterministic',
  members: 1,
  examples: rows.length,
  metrics: measure(
    { kind: 'classification', classes },
    ['accuracy', 'nll', 'ece'],
    rows.map(({ deterministic }) => deterministic),
    rows.map(({ label }) => label),
  ),
});

/**
 * One run of the fake trainer, in the shape of a stored one. Says in its engine that it is planted.
 */
const plantedRun = (plant: Plant, key: Key, at: { arm: string; task: number; seed: number }): Cell => {
  const { arm, task, seed } = at;
  const accuracy = accuracyOf(plant, fold(key, seed), arm, task);
  const stream = fold(fold(fold(key, seed), arm), `outputs-${task}`);
  const predictions = outputs(fold(stream, 'test'), testExamples, accuracy + (plant.leaks?.[arm] ?? 0));
  const validation = outputs(fold(stream, 'validation'), validationExamples, accuracy);
  const config = runConfigSchema.parse({
    seed,
    dataset: { name: `planted-${task}` },
    model: { name: 'planted' },
    adapter: { name: 'lora' },
    dropout: { name: arm },
  });
  return {
    labels: { method: arm },
    predictions,
    validation,
    curve: [],
    record: {
      config,
      surroundings: { commit: null, dirty: null, node: '', engine: 'planted', threads: 1, cpu: '', versions: {} },
      result: {
        schema: 1,
        id: `${arm}-${task}-${seed}`,
        status: 'done',
        reason: null,
        headline: { readout: 'deterministic', members: 1 },
        metric: 'accuracy',
        selectedEpoch: 1,
        evaluations: [evaluation('validation', validation), evaluation('test', predictions)],
        counts: { trainable: 1, adapter: 1, frozen: 1 },
        cost: {
          seconds: 1,
          trainSeconds: 1,
          evalSeconds: 0,
          steps: 1,
          examplesPerSecond: 1,
          peakMemoryMB: 1,
          loadPerCore: 0,
        },
      },
    },
  };
};

/** A whole study: every arm, task and seed. Equal keys give equal studies. */
export const plantedStudy = (plant: Plant, key: Key, seeds: number): readonly Cell[] =>
  Object.keys(plant.effects).flatMap((arm) =>
    Array.from({ length: plant.tasks ?? 1 }, (_, task) =>
      Array.from({ length: seeds }, (_unused, seed) => plantedRun(plant, key, { arm, task, seed })),
    ).flat(),
  );
