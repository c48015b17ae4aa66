import { fold, normal, uniform, type Key } from '@lab/random';
import { measure } from '@lab/metrics';
import { runConfigSchema, type Evaluation, type Prediction } from '@lab/records';
import type { Cell } from '@lab/report';

/**
 * Laws of a seed's luck, of mean 0: normal; skewed (exponential, to the right or left), very skewed
 * (lognormal, to the left), heavy tails (Student's t with three degrees of freedom), and collapses:
 * one seed in ten falls far, all others gain a little.
 */
type Luck = 'normal' | 'right' | 'left' | 'very left' | 'heavy' | 'collapses';

/** A planted truth: what a fake trainer makes of an arm, a task and a seed. */
export interface Plant {
  /** True accuracy of an arm beyond `base`, by arm. */
  readonly effects: { readonly [arm: string]: number };
  readonly tasks?: number;
  /** Correlation of the seeds' luck between tasks. */
  readonly correlation?: number;
  /** Law of the luck by arm; default normal. Equal laws in two arms would cancel any skewness. */
  readonly laws?: { readonly [arm: string]: Luck };
  /** Scale of the luck; default `usualLuck`. */
  readonly luck?: number;
  /** Test sentences; default 100. */
  readonly sentences?: number;
  /** Arms whose unlucky seeds diverge, or are never finished. */
  readonly lost?: { readonly [arm: string]: 'diverged' | 'unfinished' };
  /** What is added on the test split alone, by arm: labels that leak. */
  readonly leaks?: { readonly [arm: string]: number };
}

const base = 0.7;
const validationExamples = 60;
/** Standard deviation of a run's true accuracy over seeds. */
const usualLuck = 0.03;
const classes = ['0', '1'];

const gaussian = (k: Key): number => normal(k, 1)[0] ?? 0;
const exponential = (k: Key): number => -Math.log((uniform(k, 1)[0] ?? 0) + 2 ** -25) - 1;

const draws: { readonly [law in Luck]: (k: Key) => number } = {
  normal: gaussian,
  right: exponential,
  left: (k) => -exponential(k),
  'very left': (k) => Math.exp(0.5) - Math.exp(gaussian(k)),
  heavy: (k) => gaussian(fold(k, 0)) / Math.hypot(...[1, 2, 3].map((i) => gaussian(fold(k, i)))),
  collapses: (k) => ((uniform(fold(k, 0), 1)[0] ?? 0) < 0.1 ? -9 : 1) + 0.3 * gaussian(fold(k, 1)),
};

/** A seed's luck with an arm, in units of the plant's scale. */
const luckOf = ({ laws = {}, correlation = 0 }: Plant, key: Key, arm: string, task: number): number => {
  const draw = draws[laws[arm] ?? 'normal'];
  return Math.sqrt(correlation) * draw(fold(key, arm)) + Math.sqrt(1 - correlation) * draw(fold(fold(key, arm), task));
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
 * One run of the fake trainer, in the shape of a stored one; none where it is never finished. Says
 * in its engine that it is planted.
 */
const plantedRun = (plant: Plant, key: Key, at: { arm: string; task: number; seed: number }): readonly Cell[] => {
  const { arm, task, seed } = at;
  const { effects, luck = usualLuck, leaks, sentences = 100, lost } = plant;
  const own = luckOf(plant, fold(key, seed), arm, task);
  const isLost = own < 0 ? lost?.[arm] : undefined;
  const accuracy = base + (effects[arm] ?? 0) + luck * own;
  const stream = fold(fold(fold(key, seed), arm), `outputs-${task}`);
  const predictions = outputs(fold(stream, 'test'), sentences, accuracy + (leaks?.[arm] ?? 0));
  const validation = outputs(fold(stream, 'validation'), validationExamples, accuracy);
  const config = runConfigSchema.parse({
    seed,
    dataset: { name: `planted-${task}` },
    model: { name: 'planted' },
    adapter: { name: 'lora' },
    dropout: { name: arm },
  });
  if (isLost === 'unfinished') return [];
  const run: Cell = {
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
        status: isLost ?? 'done',
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
  return [run];
};

/** A whole study: every arm, task and seed. Equal keys give equal studies. */
export const plantedStudy = (plant: Plant, key: Key, seeds: number): readonly Cell[] =>
  Object.keys(plant.effects).flatMap((arm) =>
    Array.from({ length: plant.tasks ?? 1 }, (_, task) =>
      Array.from({ length: seeds }, (_unused, seed) => plantedRun(plant, key, { arm, task, seed })).flat(),
    ).flat(),
  );
