import { fold, key, permutation } from '@lab/random';
import type { Allocation, CurvePoint, Evaluation, RunConfig } from '@lab/records';
import { adamWScalars, learningRate, type Handle } from '@lab/engine';
import { chunks, makeBatch } from '../step/batches.ts';
import type { Checkpoint, Cursor } from './checkpoint.ts';
import { assess } from '../read/assess.ts';
import type { Reader } from '../read/evaluate.ts';
import { trainingMasks } from '../step/masks.ts';
import type { Prepared } from '../session/prepare.ts';
import { searchStep } from './search.ts';
import { decayVector, getAll, initialArrays, putAll, scalar, vector, type State } from '../step/state.ts';
import type { Workshop } from '../session/workshop.ts';

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
  /** What a search has just chosen. */
  readonly chosen?: Allocation;
}

export interface TrainArgs {
  readonly prepared: Prepared;
  readonly workshop: Workshop;
  readonly reader: Reader;
  /** Where to go on, or null to start. */
  readonly from: Checkpoint | null;
  /** Called after every epoch, once a minute in a long one, and once more when stopped in between. */
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

/** Milliseconds after which a long epoch is saved in between. */
const checkpointEvery = 60_000;

/** Whether an epoch (from 1) ends with an evaluation. */
const isDue = (epoch: number, { evalEvery, epochs }: RunConfig['train']): boolean =>
  epoch > 0 && (epoch % evalEvery === 0 || epoch === epochs);

/** Lets timers, messages and signals have their turn: native steps block them. */
export const eventLoopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const start: Cursor = { step: 0, lossSum: 0, lossCount: 0, curve: [], best: null, seconds: 0 };

/**
 * Trains a prepared run. Data order, start values and masks come from the seed's own streams, so runs with equal seeds meet the same
 * batches from the same start. Throws `Diverged` or `Cancelled`. The caller owns the returned theta.
 */
export const train = async (args: TrainArgs): Promise<Trained> => {
  const { prepared, workshop, from, save, signal, headline } = args;
  const { config, blueprint, rows } = prepared;
  const { engine } = workshop;
  const { epochs, batchSize } = config.train;
  const root = key(config.seed);
  const perEpoch = Math.ceil(rows.train.length / batchSize);
  const steps = perEpoch * epochs;
  const began = performance.now();

  const { best: bestArray, ...arrays } = from?.arrays ?? (await initialArrays(blueprint, root));
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

  let saved = performance.now();
  const keep = async () => {
    save(await checkpoint());
    saved = performance.now();
  };
  /** Signals and heartbeats get their turn; a run that is asked to stop leaves a checkpoint. */
  const pause = async () => {
    await eventLoopTurn();
    if (!signal.aborted) return;
    await keep();
    throw new Cancelled(`stopped at step ${cursor.step} of ${steps}; the checkpoint goes on from there`);
  };

  try {
    while (true) {
      const epoch = Math.floor(cursor.step / perEpoch);
      if (cursor.step === epoch * perEpoch && isDue(epoch, config.train) && cursor.curve.at(-1)?.epoch !== epoch) {
        const point = await curvePoint(
          { ...args, reader: { ...args.reader, pause } },
          state.theta!,
          cursor,
          epoch,
          steps,
        );
        cursor = { ...cursor, curve: [...cursor.curve, point], lossSum: 0, lossCount: 0, allocations: [] };
        const score = scoreOf(point.evaluations, headline, prepared.dataset.metric);
        if (config.select === 'best-validation' && score !== null && (!cursor.best || score > cursor.best.score)) {
          if (best) engine.free([best]);
          best = engine.put(await engine.get(state.theta!));
          cursor = { ...cursor, best: { epoch, score } };
        }
      }
      if (cursor.step > 0) await keep();
      if (cursor.step >= steps) break;
      const order = permutation(fold(fold(root, 'order'), epoch), rows.train.length);
      const batches = chunks(order, batchSize);
      for (let index = cursor.step % perEpoch; index < perEpoch; index++) {
        const found = await searchStep(
          {
            reader: { ...args.reader, pause },
            rows: rows.train,
            metric: prepared.dataset.metric,
            key: fold(root, 'search'),
          },
          state.theta!,
          { step: cursor.step, steps, perEpoch },
        );
        if (found) {
          engine.free([state.theta!]);
          state = { ...state, theta: found.theta };
          cursor = { ...cursor, allocations: [...(cursor.allocations ?? []), found.chosen] };
          args.onProgress({ phase: 'evaluate', step: cursor.step, steps, loss: null, chosen: found.chosen });
        }
        const { next, loss } = await oneStep(args, state, constants, batches[index]!, cursor.step, steps);
        engine.free(Object.values(state));
        state = next;
        if (!Number.isFinite(loss)) throw new Diverged(`the loss was ${loss} at step ${cursor.step + 1}`);
        cursor = { ...cursor, step: cursor.step + 1, lossSum: cursor.lossSum + loss, lossCount: cursor.lossCount + 1 };
        args.onProgress({ phase: 'train', step: cursor.step, steps, loss });
        await pause();
        if (performance.now() - saved > checkpointEvery) await keep();
      }
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
  const age = blueprint.adapter.age?.({ step, steps }) ?? step;
  const { correction1, correction2 } = adamWScalars(age + 1);
  const adapterInputs = Object.entries(blueprint.adapter.state?.inputs({ step, steps }) ?? {}).map(
    ([name, value]) => [`adapter/${name}`, scalar(value)] as const,
  );
  const { loss, ...next } = await reader.programs.step.run({
    ...common(samples - 1),
    ...state,
    ...(age === 0 ? { m: constants.zeros!, v: constants.zeros! } : {}),
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
  const { config, rows } = prepared;
  onProgress({ phase: 'evaluate', step: cursor.step, steps, loss: null });
  const members = config.select === 'best-validation' && headline.readout.startsWith('ensemble') ? headline.members : 0;
  const { evaluations } = await assess(reader, theta, 'validation', rows.validation, members);
  const { lr, warmup, schedule } = config.train;
  return {
    step: cursor.step,
    epoch,
    trainLoss: cursor.lossSum / cursor.lossCount,
    lr: learningRate({ peak: lr, steps, warmup, after: schedule }, cursor.step - 1),
    evaluations,
    ...(cursor.allocations?.length ? { allocations: cursor.allocations } : {}),
  };
};

/** The main metric of the headline readout, or the negative loss where texts are not written; null where it is undefined. */
const scoreOf = (
  evaluations: readonly Evaluation[],
  headline: TrainArgs['headline'],
  metric: string,
): number | null => {
  const metrics = evaluations.find((e) => e.readout === headline.readout && e.members === headline.members)?.metrics;
  if (!metrics) return null;
  if (metric in metrics) return metrics[metric] ?? null;
  return metrics.nll === undefined || metrics.nll === null ? null : -metrics.nll;
};
