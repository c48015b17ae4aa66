import { methods } from '@lab/dropout';
import { openBest, scalar } from '@lab/engine';
import { fold, key } from '@lab/random';
import { itemAt, type RunConfig } from '@lab/records';
import { openPreparer, openWorkshop, searchArms, TRAIN_SAMPLE, type Experiment, type ExperimentRun } from '@lab/runner';

/** Seconds of one thread, measured on a study's own rows and model. */
export interface Pilot {
  /** Gradient of one batch under one mask. */
  readonly gradient: number;
  /** One batch read. */
  readonly reading: number;
  /** Batches of the splits. */
  readonly batches: {
    readonly train: number;
    readonly sampled: number;
    readonly validation: number;
    readonly test: number;
  };
}

/** Seconds until a worker's first step: its start, the weights, compiled programs. */
const startUp = 6;

const timed = async (action: () => Promise<unknown>): Promise<number> => {
  await action();
  const begin = performance.now();
  for (let i = 0; i < 3; i++) await action();
  return (performance.now() - begin) / 3000;
};

/** Measures a gradient and a reading of the first run's model, method and rows. */
export const measurePilot = async ({ config }: ExperimentRun, cacheDir: string, weights?: string): Promise<Pilot> => {
  const places = { sources: { cacheDir }, ...(weights === undefined ? {} : { weights }) };
  const { rows, blueprint } = await openPreparer(places).prepare(config);
  const { engine } = await openBest('auto', { threads: 1 });
  try {
    const { batchSize } = config.train;
    const session = await openWorkshop(engine).open(blueprint, config.train);
    const { theta } = await session.start(key(config.seed));
    const batch = session.batch(rows.train, [...Array(Math.min(batchSize, rows.train.length)).keys()]);
    const masks = session.masks.training(batch, { key: fold(key(0), 'pilot'), progress: 0 });
    const gradient = await timed(async () =>
      engine.free(await session.gradient({ theta, batch: batch.arrays, masks, share: scalar(1) })),
    );
    const reading = await timed(() => session.read('deterministic', { theta, batch: batch.arrays }));
    const count = (n: number): number => Math.ceil(n / batchSize);
    const { train, validation, test } = rows;
    const sampled = count(Math.min(TRAIN_SAMPLE, train.length));
    const batches = {
      train: count(train.length),
      sampled,
      validation: count(validation.length),
      test: count(test.length),
    };
    return { gradient, reading, batches };
  } finally {
    await engine.close();
  }
};

/** Gradients of one step: a sample each, two where a method compares two masks. */
const gradientsOf = ({ dropout }: RunConfig): number => {
  const { samples, consistency } = methods.build(dropout);
  return samples * (consistency ? 2 : 1);
};

/** Seconds of one run of so many epochs. */
const secondsOf = ({ gradient, reading, batches }: Pilot, config: RunConfig, epochs = config.train.epochs): number => {
  const { train, sampled, validation, test } = batches;
  const steps = epochs * train * gradientsOf(config);
  return startUp + gradient * steps + reading * (epochs * validation + sampled + (2 + config.members) * test);
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Seconds that the runs of a comparison should take on so many workers. */
export const comparisonTime = (pilot: Pilot, runs: readonly ExperimentRun[], workers: number): number =>
  sum(runs.map(({ config }) => secondsOf(pilot, config))) / workers;

/**
 * Seconds that a search should take: every trial to its first rung, the share that is kept to its
 * end.
 */
export const searchTime = (pilot: Pilot, experiment: Experiment, scale: string, workers: number): number => {
  const { plan, arms } = searchArms(experiment, scale);
  const [rung] = plan.rungs;
  const seconds = arms.flatMap(({ trials }) => {
    const all = trials.flatMap(({ runs }) => runs);
    const { config } = itemAt(all, 0);
    const whole = secondsOf(pilot, config);
    if (rung === undefined) return [all.length * whole];
    return [all.length * (secondsOf(pilot, config, rung) + plan.keep * (whole - secondsOf(pilot, config, rung)))];
  });
  return sum(seconds) / workers;
};
