import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { adapterSize, peftFiles } from '@lab/adapter';
import { fold, key } from '@lab/random';
import {
  BadInput,
  checkpointPath,
  type Cost,
  type Evaluation,
  finishRun,
  heartbeat,
  isDone,
  openRun,
  releaseLease,
  takeLease,
  writeAdapterFile,
  writeCheckpoint,
  writeCurve,
  writeHead,
  type Lease,
  type RunResult,
  type Surroundings,
} from '@lab/records';
import { sizeOf, viewOf, type HostArray } from '@lab/tensor';
import { checkpointBytes, readCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { PlannedRun } from './config.ts';
import { evaluationsOf, predictionsOf, readAll, type Reader } from './evaluate.ts';
import { hasMasks } from './masks.ts';
import type { Prepared, Preparer } from './prepare.ts';
import { Diverged, train, type Progress, type Trained } from './train.ts';
import type { Workshop } from './workshop.ts';

export interface RunArgs {
  readonly out: string;
  readonly preparer: Preparer;
  readonly workshop: Workshop;
  readonly surroundings: Surroundings;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

export type RunOutcome = 'done' | 'diverged' | 'already-done' | 'held-elsewhere';

/** Seconds between heartbeats. */
const beat = 5;

/**
 * One run, from config to record. Takes the run's lease, goes on from its checkpoint if there is one, and leaves its record.
 * A finished run is not touched; one that a living process works on is left to it. Throws `Cancelled` when stopped, `LeaseLost`
 * when another process took over, `BadInput` for what a person must mend.
 */
export const runOne = async (planned: PlannedRun, args: RunArgs): Promise<RunOutcome> => {
  if (isDone(args.out, planned.id)) return 'already-done';
  const lease = takeLease(openRun(args.out, planned.id));
  if (!lease) return 'held-elsewhere';
  const pulse = setInterval(() => heartbeat(lease), beat * 1000);
  try {
    return isDone(args.out, planned.id) ? 'already-done' : await underLease(planned, args, lease);
  } finally {
    clearInterval(pulse);
    releaseLease(lease);
  }
};

const underLease = async ({ id, config }: PlannedRun, args: RunArgs, lease: Lease): Promise<RunOutcome> => {
  const { workshop, surroundings, onProgress, signal } = args;
  const prepared = await args.preparer.prepare(config);
  const { blueprint, rows } = prepared;
  if (!existsSync(join(lease.folder, 'run.json'))) writeHead(lease, config, surroundings);

  const { batchSize, maxTokens } = config.train;
  const reader: Reader = {
    workshop,
    programs: workshop.programs(blueprint),
    blueprint,
    weights: await workshop.weights(blueprint.model),
    batchSize,
    maxTokens,
    key: fold(key(config.seed), 'test-mask'),
  };
  const headline = headlineOf(prepared);
  const path = checkpointPath(lease.folder);
  const from = path === null ? null : readCheckpoint(path, id);
  const save = (checkpoint: Checkpoint) => {
    writeCheckpoint(lease, checkpointBytes(id, checkpoint));
    writeCurve(lease, checkpoint.cursor.curve);
  };

  try {
    const trained = await train({ prepared, workshop, reader, from, headline, signal, onProgress, save });
    const began = performance.now();
    const members = hasMasks(blueprint) ? config.members : 0;
    const test = await readAll(reader, trained.theta, rows.test, members);
    const onTrain = await readAll(reader, trained.theta, rows.train, 0);
    const elsewhere: Evaluation[] = [];
    for (const [name, others] of Object.entries(prepared.elsewhere)) {
      const readings = await readAll(reader, trained.theta, others, members);
      elsewhere.push(...evaluationsOf(blueprint.task, `elsewhere:${name}`, others, readings));
    }
    writeAdapter(lease, prepared, (await workshop.engine.get(trained.theta)).data as Float32Array);
    workshop.engine.free([trained.theta]);
    const evaluations = [
      ...evaluationsOf(blueprint.task, 'train', rows.train, onTrain),
      ...(trained.curve.find((point) => point.epoch === trained.epoch)?.evaluations ?? []),
      ...evaluationsOf(blueprint.task, 'test', rows.test, test),
      ...elsewhere,
    ];
    const evalSeconds = (performance.now() - began) / 1000;
    const cost = costOf(trained, config.train.epochs * rows.train.length, evalSeconds);
    const { epoch: selectedEpoch } = trained;
    finishRun(
      lease,
      { ...frame(id, prepared, reader, headline), status: 'done', reason: null, selectedEpoch, evaluations, cost },
      predictionsOf(rows.test, test),
    );
    return 'done';
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    const nothing = { selectedEpoch: 0, evaluations: [], cost: costOf(null, 0, 0) };
    finishRun(
      lease,
      { ...frame(id, prepared, reader, headline), status: 'diverged', reason: error.message, ...nothing },
      [],
    );
    return 'diverged';
  }
};

/** What a result says before anything is measured. */
const frame = (id: string, { blueprint, dataset }: Prepared, { weights }: Reader, headline: RunResult['headline']) => ({
  schema: 1 as const,
  id,
  headline,
  metric: dataset.metric,
  counts: {
    trainable: blueprint.layout.size,
    adapter: adapterSize(blueprint.adapter),
    frozen: Object.values(weights).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  },
});

const costOf = (trained: Trained | null, examples: number, evalSeconds: number): Cost => {
  const trainSeconds = trained?.seconds ?? 0;
  return {
    seconds: trainSeconds + evalSeconds,
    trainSeconds,
    evalSeconds,
    steps: trained?.steps ?? 0,
    examplesPerSecond: trainSeconds > 0 ? examples / trainSeconds : 0,
    peakMemoryMB: process.resourceUsage().maxRSS / 1024,
  };
};

/** The trained adapter and head in PEFT's files, and beside them how they were made. */
const writeAdapter = (lease: Lease, { config, blueprint }: Prepared, theta: Float32Array): void => {
  const { layout, model, adapter } = blueprint;
  const params = layout.slots.map(({ name, shape }): [string, HostArray] => [
    name,
    { dtype: 'float32', shape, data: viewOf(layout, theta, name) },
  ]);
  const files = peftFiles(config.adapter, model, adapter, Object.fromEntries(params));
  for (const [name, content] of Object.entries(files)) writeAdapterFile(lease, name, content);
  writeAdapterFile(
    lease,
    'lora_dropout_lab.json',
    `${JSON.stringify({ dropout: config.dropout, seed: config.seed }, null, 2)}\n`,
  );
};

/** The readout that the method prescribes; quiet where it draws no masks (p = 0). */
const headlineOf = ({ config, blueprint }: Prepared): RunResult['headline'] => {
  const { readout } = blueprint.method.evaluate;
  if (!readout.startsWith('ensemble')) return { readout, members: 1 };
  if (!hasMasks(blueprint)) return { readout: 'quiet', members: 1 };
  if (config.members === 0)
    throw new BadInput(`members: ${config.dropout.name} is tested by an ensemble and needs at least 1; got 0`);
  return { readout, members: config.members };
};
