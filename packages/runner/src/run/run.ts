import { adapterSize, peftFiles, type HostParams } from '@lab/adapter';
import { fold, key } from '@lab/random';
import {
  BadInput,
  checkpointPath,
  damageOf,
  type Evaluation,
  failRun,
  finishRun,
  heartbeat,
  isDone,
  type Lease,
  LeaseLost,
  mendRun,
  note,
  openRun,
  type Prediction,
  releaseLease,
  runFolder,
  type RunResult,
  type Surroundings,
  takeLease,
  writeAdapterFile,
  writeCheckpoint,
  writeCurve,
  writeHead,
  writeProgress,
} from '@lab/records';
import { readFloats, sizeOf, type Handle } from '@lab/engine';
import type { Blueprint } from '../session/blueprint.ts';
import { checkpointBytes, readCheckpoint, type Checkpoint } from '../train/checkpoint.ts';
import type { PlannedRun } from '../plan/config.ts';
import { costOf, openMeter } from './cost.ts';
import { assess } from '../read/assess.ts';
import type { Reader } from '../read/evaluate.ts';
import { isOutOfMemory } from './memory.ts';
import { hasMasks } from '../step/masks.ts';
import type { Prepared, Preparer } from '../session/prepare.ts';
import { named } from '../step/state.ts';
import { eventLoopTurn, Cancelled, Diverged, train, type Progress } from '../train/train.ts';
import type { Workshop } from '../session/workshop.ts';

export interface RunArgs {
  readonly out: string;
  readonly preparer: Preparer;
  readonly workshop: Workshop;
  readonly surroundings: Surroundings;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
  /** Seconds after which the run stops with a checkpoint and counts as one attempt; Infinity for none. */
  readonly timeout?: number;
  /** Fencing number of a lease that the caller's own watch has found dead. */
  readonly dead?: number;
}

export type RunOutcome = 'done' | 'diverged' | 'already-done' | 'held-elsewhere' | 'timeout';

/** How a run ended, and what it did not have to do again. */
export interface Ended {
  readonly outcome: RunOutcome;
  /** Steps that a checkpoint had already. */
  readonly resumed: number;
  /** File of a finished run or checkpoint that was damaged, and was set aside. */
  readonly setAside: string | null;
}

/** Seconds between heartbeats. */
const beat = 5;

/**
 * One run, from config to record. Takes the run's lease, goes on from its checkpoint if there is one, and leaves its record, or a note
 * why there is none. A finished run is not touched; one that a living process works on is left to it. Throws `Cancelled` when stopped,
 * `LeaseLost` when another process took over, `BadInput` for what a person must mend.
 */
export const runOne = async (planned: PlannedRun, args: RunArgs): Promise<Ended> => {
  const { out, dead } = args;
  const nothing = { resumed: 0, setAside: null };
  if (isDone(out, planned.id) && damageOf(runFolder(out, planned.id)) === null)
    return { outcome: 'already-done', ...nothing };
  const lease = takeLease(openRun(out, planned.id), dead);
  if (!lease) return { outcome: 'held-elsewhere', ...nothing };
  let latest: Progress | null = null;
  const pulse = setInterval(() => {
    heartbeat(lease);
    if (latest) writeProgress(lease, latest);
  }, beat * 1000);
  const onProgress = (progress: Progress) => {
    latest = progress;
    args.onProgress(progress);
  };
  try {
    const { done, damaged } = mendRun(lease);
    if (done) return { outcome: 'already-done', ...nothing };
    note(lease, 'started');
    const ended = await noted(lease, planned, { ...args, onProgress });
    return { ...ended, setAside: ended.setAside ?? damaged };
  } finally {
    clearInterval(pulse);
    releaseLease(lease);
  }
};

/** The run under its time limit; what ends it without a result is noted beside it. */
const noted = async (lease: Lease, planned: PlannedRun, args: RunArgs): Promise<Ended> => {
  const limit = args.timeout ?? Infinity;
  const expired = new AbortController();
  const timer = Number.isFinite(limit) ? setTimeout(() => expired.abort(), limit * 1000) : null;
  try {
    return await underLease(planned, { ...args, signal: AbortSignal.any([args.signal, expired.signal]) }, lease);
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof Cancelled) {
      if (args.signal.aborted || !expired.signal.aborted) {
        failRun(lease, { status: 'cancelled', reason: message });
        throw error;
      }
      failRun(lease, { status: 'timeout', reason: `longer than ${limit} s: ${message}` });
      return { outcome: 'timeout', resumed: 0, setAside: null };
    }
    if (!(error instanceof LeaseLost || error instanceof BadInput))
      failRun(lease, { status: isOutOfMemory(message) ? 'oom' : 'failed', reason: message });
    throw error;
  } finally {
    if (timer) clearTimeout(timer);
  }
};

const underLease = async ({ id, config }: PlannedRun, args: RunArgs, lease: Lease): Promise<Ended> => {
  const { workshop, surroundings, onProgress, signal } = args;
  const meter = openMeter();
  const prepared = await args.preparer.prepare(config);
  const { blueprint } = prepared;
  writeHead(lease, config, surroundings);

  const reader: Reader = {
    workshop,
    programs: workshop.programs(blueprint),
    blueprint,
    weights: await workshop.weights(blueprint.model),
    batchSize: config.train.batchSize,
    maxTokens: config.train.maxTokens,
    key: fold(key(config.seed), 'test-mask'),
    pause: async () => {
      await eventLoopTurn();
      if (signal.aborted) throw new Cancelled('stopped while it was tested; the checkpoint has the trained weights');
    },
  };
  const headline = headlineOf(prepared);
  const path = checkpointPath(lease.folder);
  const from = path === null ? null : readCheckpoint(path, id);
  const save = (checkpoint: Checkpoint) => {
    writeCheckpoint(lease, checkpointBytes(id, checkpoint));
    writeCurve(lease, checkpoint.cursor.curve);
  };
  const told = { resumed: from?.cursor.step ?? 0, setAside: path !== null && from === null ? path : null };
  const framed = frame(id, prepared, reader, headline);

  try {
    const trained = await train({ prepared, workshop, reader, from, headline, signal, onProgress, save });
    const test = await testRun(lease, prepared, reader, trained.theta).finally(() =>
      workshop.engine.free([trained.theta]),
    );
    const onValidation = trained.curve.find((point) => point.epoch === trained.epoch)?.evaluations ?? [];
    const evaluations = [...test.onTrain, ...onValidation, ...test.onTest];
    const cost = costOf(trained, config.train.epochs * prepared.rows.train.length, test.seconds, meter);
    finishRun(
      lease,
      {
        ...framed,
        counts: { ...framed.counts, ...(test.used === null ? {} : trainedCounts(blueprint, test.used)) },
        status: 'done',
        reason: null,
        selectedEpoch: trained.epoch,
        evaluations,
        cost,
      },
      test.predictions,
    );
    return { outcome: 'done', ...told };
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    const nothing = { selectedEpoch: 0, evaluations: [], cost: costOf(null, 0, 0, meter) };
    finishRun(lease, { ...framed, status: 'diverged', reason: error.message, ...nothing }, []);
    return { outcome: 'diverged', ...told };
  }
};

interface Tested {
  readonly onTrain: readonly Evaluation[];
  /** On the test split, then on other data sets'. */
  readonly onTest: readonly Evaluation[];
  readonly predictions: readonly Prediction[];
  readonly seconds: number;
  /** Parameters in use, where a search chose them. */
  readonly used: number | null;
}

/** Reads the trained weights every way on every split, and writes them as adapter files. */
const testRun = async (lease: Lease, prepared: Prepared, reader: Reader, theta: Handle): Promise<Tested> => {
  const { blueprint, rows, config, elsewhere } = prepared;
  const began = performance.now();
  const members = hasMasks(blueprint) ? config.members : 0;
  const test = await assess(reader, theta, 'test', rows.test, members);
  const onTrain = await assess(reader, theta, 'train', rows.train, 0);
  const others: Evaluation[] = [];
  for (const [name, found] of Object.entries(elsewhere)) {
    others.push(...(await assess(reader, theta, `elsewhere:${name}`, found, members)).evaluations);
  }
  const params = named(blueprint.layout, await readFloats(reader.workshop.engine, theta));
  writeAdapter(lease, prepared, params);
  return {
    onTrain: onTrain.evaluations,
    onTest: [...test.evaluations, ...others],
    predictions: test.predictions,
    seconds: (performance.now() - began) / 1000,
    used: blueprint.adapter.used?.(params) ?? null,
  };
};

/** Parameters of an adapter of which `adapter` are in use, and with those of the head. */
const trainedCounts = ({ head }: Blueprint, adapter: number) => ({
  trainable: adapter + head.params.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  adapter,
});

/** What a result says before anything is measured. */
const frame = (id: string, { blueprint, dataset }: Prepared, { weights }: Reader, headline: RunResult['headline']) => ({
  schema: 1 as const,
  id,
  headline,
  metric: dataset.metric,
  counts: {
    ...trainedCounts(blueprint, adapterSize(blueprint.adapter)),
    frozen: Object.values(weights).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  },
});

/** The trained adapter and head in PEFT's files, and beside them how they were made. */
const writeAdapter = (lease: Lease, { config, blueprint }: Prepared, params: HostParams): void => {
  const { model, adapter } = blueprint;
  const files = peftFiles(config.adapter, model, adapter, params);
  for (const [name, content] of Object.entries(files)) writeAdapterFile(lease, name, content);
  writeAdapterFile(
    lease,
    'lora_dropout_lab.json',
    `${JSON.stringify({ dropout: config.dropout, seed: config.seed }, null, 2)}\n`,
  );
};

/** The readout that the method prescribes; deterministic where it draws no masks (p = 0). */
const headlineOf = ({ config, blueprint }: Prepared): RunResult['headline'] => {
  const { readout } = blueprint.method.evaluate;
  if (!readout.startsWith('ensemble')) return { readout, members: 1 };
  if (!hasMasks(blueprint)) return { readout: 'deterministic', members: 1 };
  if (config.members === 0)
    throw new BadInput(`members: ${config.dropout.name} is tested by an ensemble and needs at least 1; got 0`);
  return { readout, members: config.members };
};
