import { fold, key, permutation } from '@lab/random';
import { type CurvePoint, type Evaluation } from '@lab/records';
import { adamWScalars, learningRate, type Handle } from '@lab/tensor';
import { chunks, makeBatch } from './batches.ts';
import type { Checkpoint, Cursor } from './checkpoint.ts';
import { evaluationsOf, readAll, type Reader } from './evaluate.ts';
import { trainingMasks } from './masks.ts';
import type { Prepared } from './prepare.ts';
import { decayVector, getAll, initialArrays, putAll, scalar, vector, type State } from './state.ts';
import type { Workshop } from './workshop.ts';

/** The loss was not finite: a result in itself. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
}

/** The run was asked to stop; its checkpoint is written. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export interface Progress {
  readonly phase: 'train' | 'evaluate';
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
}

export interface TrainArgs {
  readonly prepared: Prepared;
  readonly workshop: Workshop;
  readonly reader: Reader;
  /** Where to go on, or null to start. */
  readonly from: Checkpoint | null;
  /** Called after every epoch, and once more when stopped in between. */
  readonly save: (checkpoint: Checkpoint) => void;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
  /** The readout that `best-validation` goes by. */
  readonly headline: { readonly readout: Evaluation['readout']; readonly members: number };
}

export interface Trained {
  readonly theta: Handle;
  /** The epoch that theta is from. */
  readonly epoch: number;
  readonly steps: number;
  readonly curve: readonly CurvePoint[];
  /** Seconds of training, those of interrupted processes included. */
  readonly seconds: number;
}

const start: Cursor = { step: 0, lossSum: 0, lossCount: 0, curve: [], best: null, seconds: 0 };

/**
 * Trains a prepared run. Data order, start values and masks come from the seed's own streams, so runs with equal seeds meet the same
 * batches from the same start. Throws `Diverged` or `Cancelled`. The caller owns the returned theta.
 */
export const train = async (args: TrainArgs): Promise<Trained> => {
  const { prepared, workshop, from, save, signal, headline } = args;
  const { config, blueprint, rows } = prepared;
  const { engine } = workshop;
  const { epochs, batchSize, evalEvery } = config.train;
  const root = key(config.seed);
  const perEpoch = Math.ceil(rows.train.length / batchSize);
  const steps = perEpoch * epochs;
  const began = performance.now();

  const { best: bestArray, ...arrays } = from?.arrays ?? initialArrays(blueprint, root);
  let state: State = putAll(engine, arrays);
  let best: Handle | null = bestArray ? engine.put(bestArray) : null;
  let cursor: Cursor = from?.cursor ?? start;
  const constants = putAll(engine, {
    decay: vector(decayVector(blueprint, blueprint.method.train?.weightDecay ?? config.train.weightDecay)),
    zeros: vector(new Float32Array(blueprint.layout.size)),
  });

  const seconds = () => (from?.cursor.seconds ?? 0) + (performance.now() - began) / 1000;
  const checkpoint = async (): Promise<Checkpoint> => ({
    cursor: { ...cursor, seconds: seconds() },
    arrays: await getAll(engine, { ...state, ...(best ? { best } : {}) }),
  });

  try {
    while (cursor.step < steps) {
      const epoch = Math.floor(cursor.step / perEpoch);
      const order = permutation(fold(fold(root, 'order'), epoch), rows.train.length);
      const batches = chunks(order, batchSize);
      for (let index = cursor.step % perEpoch; index < perEpoch; index++) {
        const { next, loss } = await oneStep(args, state, constants, batches[index]!, cursor.step, steps);
        engine.free(Object.values(state));
        state = next;
        if (!Number.isFinite(loss)) throw new Diverged(`the loss was ${loss} at step ${cursor.step + 1}`);
        cursor = { ...cursor, step: cursor.step + 1, lossSum: cursor.lossSum + loss, lossCount: cursor.lossCount + 1 };
        args.onProgress({ phase: 'train', step: cursor.step, steps, loss });
        // Native steps block; heartbeats and signals get their turn here.
        await new Promise((resolve) => setImmediate(resolve));
        if (signal.aborted) {
          save(await checkpoint());
          throw new Cancelled('stopped');
        }
      }
      const done = epoch + 1;
      if (done % evalEvery === 0 || done === epochs) {
        const point = await curvePoint(args, state.theta!, cursor, done, steps);
        cursor = { ...cursor, curve: [...cursor.curve, point], lossSum: 0, lossCount: 0 };
        const score = scoreOf(point.evaluations, headline, prepared.dataset.metric);
        if (config.select === 'best-validation' && score !== null && (!cursor.best || score > cursor.best.score)) {
          if (best) engine.free([best]);
          best = engine.put(await engine.get(state.theta!));
          cursor = { ...cursor, best: { epoch: done, score } };
        }
      }
      save(await checkpoint());
    }
    const { theta, ...rest } = state;
    engine.free(Object.values(rest));
    state = {};
    const ending = { steps, curve: cursor.curve, seconds: seconds() };
    if (config.select === 'last' || !best || !cursor.best) {
      if (best) engine.free([best]);
      return { theta: theta!, epoch: epochs, ...ending };
    }
    engine.free([theta!]);
    return { theta: best, epoch: cursor.best.epoch, ...ending };
  } catch (error) {
    engine.free(Object.values(state));
    if (best) engine.free([best]);
    throw error;
  } finally {
    engine.free(Object.values(constants));
  }
};

/** One optimiser step: N samples of masks, their losses averaged (LoRA Dropout, Eq. 7). */
const oneStep = async (
  { prepared, workshop, reader }: TrainArgs,
  state: State,
  constants: State,
  indices: readonly number[],
  step: number,
  steps: number,
): Promise<{ readonly next: State; readonly loss: number }> => {
  const { config, blueprint, rows } = prepared;
  const { engine } = workshop;
  const { samples } = blueprint.method;
  const { lr, warmup, schedule, batchSize, maxTokens } = config.train;
  const batch = makeBatch(rows.train, indices, { size: batchSize, maxTokens, task: blueprint.task });
  const stream = fold(fold(key(config.seed), 'mask'), step);
  const share = scalar(1 / samples);
  const common = (sample: number) => ({
    theta: state.theta!,
    share,
    ...batch.arrays,
    ...trainingMasks(blueprint, batch, fold(stream, sample), steps > 1 ? step / (steps - 1) : 1),
    ...reader.weights,
  });
  let sum: { [name: string]: Handle } | null = null;
  for (let sample = 0; sample < samples - 1; sample++) {
    const earlier: { grad: Handle; loss: Handle | typeof share } = sum
      ? { grad: sum.grad!, loss: sum.loss! }
      : { grad: constants.zeros!, loss: scalar(0) };
    const result = await reader.programs.gradient.run({ ...common(sample), ...earlier });
    if (sum) engine.free(Object.values(sum));
    sum = result;
  }
  const { correction1, correction2 } = adamWScalars(step + 1);
  const adapterInputs = Object.entries(blueprint.adapter.state?.inputs({ step, steps }) ?? {}).map(
    ([name, value]) => [`adapter/${name}`, scalar(value)] as const,
  );
  const { loss, ...next } = await reader.programs.step.run({
    ...common(samples - 1),
    ...state,
    ...(sum ?? {}),
    decay: constants.decay!,
    lr: scalar(learningRate({ peak: lr, steps, warmup, after: schedule }, step)),
    correction1: scalar(correction1),
    correction2: scalar(correction2),
    ...Object.fromEntries(adapterInputs),
  });
  if (sum) engine.free(Object.values(sum));
  const { data } = await engine.get(loss!);
  engine.free([loss!]);
  return { next, loss: data[0]! };
};

/** Validation at the end of an epoch: deterministic passes, and the ensemble where the selection goes by it. */
const curvePoint = async (
  { prepared, reader, headline, onProgress }: TrainArgs,
  theta: Handle,
  cursor: Cursor,
  epoch: number,
  steps: number,
): Promise<CurvePoint> => {
  const { config, blueprint, rows } = prepared;
  onProgress({ phase: 'evaluate', step: cursor.step, steps, loss: null });
  const members = config.select === 'best-validation' && headline.readout.startsWith('ensemble') ? headline.members : 0;
  const readings = await readAll(reader, theta, rows.validation, members);
  const { lr, warmup, schedule } = config.train;
  return {
    step: cursor.step,
    epoch,
    trainLoss: cursor.lossSum / cursor.lossCount,
    lr: learningRate({ peak: lr, steps, warmup, after: schedule }, cursor.step - 1),
    evaluations: evaluationsOf(blueprint.task, 'validation', rows.validation, readings),
  };
};

/** The main metric of the headline readout; null where it is undefined. */
const scoreOf = (evaluations: readonly Evaluation[], headline: TrainArgs['headline'], metric: string): number | null =>
  evaluations.find((e) => e.readout === headline.readout && e.members === headline.members)?.metrics[metric] ?? null;
