import { adapterSize, peftFiles, type HostParams, parametersInUse, ranksInUse } from '@lab/adapter';
import { fold } from '@lab/random';
import {
  BadInput,
  checkpointPath,
  type Evaluation,
  finishRun,
  type Lease,
  type Prediction,
  type RunResult,
  writeAdapterFile,
  writeCheckpoint,
  writeCurve,
  writeHead,
} from '@lab/records';
import { sizeOf, type Handle } from '@lab/engine';
import type { PlannedRun } from '../plan/config.ts';
import { assess } from '../read/assess.ts';
import { assessChoices } from '../read/choices.ts';
import type { Reading } from '../read/read.ts';
import { hasMasks, type Blueprint } from '../session/blueprint.ts';
import type { Prepared } from '../session/prepare.ts';
import { lengthOf } from '../session/rows/rows.ts';
import type { Session } from '../session/session.ts';
import { memberThetas } from '../stages/members.ts';
import { rootOf } from '../stages/stream.ts';
import { taskViews } from '../stages/views.ts';
import { ladderOf } from '../step/packing.ts';
import { spanOf } from '../train/curve.ts';
import { checkpointBytes, readCheckpoint, type Checkpoint } from '../train/checkpoint.ts';
import { Cancelled, Diverged, eventLoopTurn } from '../train/progress.ts';
import { partSize } from '../train/optimise.ts';
import { train } from '../train/train.ts';
import { costOf, openMeter } from './cost.ts';
import { trainSample } from './train-sample.ts';
import type { Ended, RunArgs } from './outcome.ts';

/**
 * A run whose lease is taken: prepares, trains, tests and writes its record. A loss that is not
 * finite is a record too.
 */
export const execute = async (
  { id, config }: PlannedRun,
  { preparer, workshop, surroundings, onProgress, signal, lease, untilEpoch }: RunArgs & { readonly lease: Lease },
): Promise<Ended> => {
  const meter = openMeter();
  const prepared = await preparer.prepare(config);
  const { blueprint, rows } = prepared;
  writeHead(lease, config, surroundings);
  const { maxTokens } = config.train;
  const batchSize = partSize(config.train);
  const ladder = ladderOf(rows.train.map(lengthOf), maxTokens);
  const session = await workshop.open(blueprint, { batchSize, maxTokens, ladder });
  const headline = headlineOf(prepared);
  const framed = frame(id, prepared, session, headline);
  const path = checkpointPath(lease.folder);
  const from = path === null ? null : readCheckpoint(path, id);
  const reused = { resumed: from?.cursor.step ?? 0, setAside: path !== null && from === null ? path : null };
  const save = (checkpoint: Checkpoint) => {
    writeCheckpoint(lease, checkpointBytes(id, checkpoint));
    writeCurve(lease, checkpoint.cursor.curve);
  };
  const pause = async () => {
    await eventLoopTurn();
    if (signal.aborted) throw new Cancelled('stopped while it was tested; the checkpoint has the trained weights');
  };
  const members = await memberThetas(session, rootOf(config), prepared.members);
  const masks = { session, key: fold(rootOf(config), 'test-mask'), pause };
  const reading: Reading = prepared.members ? { ...masks, members } : masks;
  try {
    const trained = await train({
      prepared,
      session,
      readingKey: reading.key,
      from,
      headline,
      signal,
      onProgress,
      save,
      ...(untilEpoch === undefined ? {} : { untilEpoch }),
    });
    const test = await tested(reading, prepared, trained.theta).finally(() => session.engine.free([trained.theta]));
    writeAdapter(lease, prepared, test.params);
    const used = parametersInUse(blueprint.adapter, test.params);
    const ranks = ranksInUse(blueprint.adapter, test.params);
    const onValidation = trained.curve.find((point) => point.epoch === trained.epoch)?.evaluations ?? [];
    const result: RunResult = {
      ...framed,
      counts: { ...framed.counts, ...(used === undefined ? {} : trainedCounts(blueprint, used)) },
      ...(ranks ? { ranks } : {}),
      ...(prepared.averagingError === undefined ? {} : { averagingError: prepared.averagingError }),
      status: 'done',
      reason: null,
      selectedEpoch: trained.epoch,
      evaluations: [...test.onTrain, ...onValidation, ...test.onTest],
      cost: costOf(trained, (trained.steps / spanOf(prepared).perEpoch) * rows.train.length, test.seconds, meter),
    };
    finishRun(lease, result, test);
    return { outcome: 'done', ...reused };
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    const nothing = { selectedEpoch: 0, evaluations: [], cost: costOf(null, 0, 0, meter) };
    finishRun(
      lease,
      { ...framed, status: 'diverged', reason: error.message, ...nothing },
      { predictions: [], validation: [] },
    );
    return { outcome: 'diverged', ...reused };
  } finally {
    session.engine.free(members);
    if (prepared.merged) await workshop.forget(blueprint.model);
  }
};

interface Tested {
  readonly onTrain: readonly Evaluation[];
  /** On the test split, then on other data sets'. */
  readonly onTest: readonly Evaluation[];
  readonly predictions: readonly Prediction[];
  /** Outputs on the validation split. */
  readonly validation: readonly Prediction[];
  readonly params: HostParams;
  readonly seconds: number;
}

/** Reads the trained weights every way on every split. */
const tested = async (reading: Reading, prepared: Prepared, theta: Handle): Promise<Tested> => {
  const { blueprint, rows, config, elsewhere } = prepared;
  const began = performance.now();
  const members = reading.members?.length ?? (hasMasks(blueprint) ? config.members : 0);
  const { own, also, splits } = taskViews(config, prepared.tasks);
  const validation = await assess(reading, theta, { ...own, name: 'validation', rows: rows.validation, members });
  const { thresholds } = validation;
  const chosen = thresholds ? { thresholds } : {};
  const onTest = { ...own, name: 'test', rows: rows.test, members, also, ...chosen } as const;
  const { choice } = prepared;
  const test = await (choice ? assessChoices(reading, theta, onTest, choice) : assess(reading, theta, onTest));
  const sample = trainSample(rows.train, config);
  const onTrain = await assess(reading, theta, { ...own, name: 'train', rows: sample, members: 0, ...chosen });
  const others: Evaluation[] = [];
  for (const [name, there] of Object.entries(elsewhere)) {
    const split = { name: `elsewhere:${name}`, rows: there, members, ...chosen } as const;
    others.push(...(await assess(reading, theta, split)).evaluations);
  }
  for (const split of splits) others.push(...(await assess(reading, theta, { ...split, members })).evaluations);
  return {
    onTrain: onTrain.evaluations,
    onTest: [...test.evaluations, ...others],
    predictions: test.predictions,
    validation: validation.predictions,
    params: await reading.session.params(theta),
    seconds: (performance.now() - began) / 1000,
  };
};

/** Parameters of an adapter of which `adapter` are in use, and with those of the head. */
const trainedCounts = ({ head }: Blueprint, adapter: number) => ({
  trainable: adapter + head.params.reduce((sum, { shape, frozen }) => sum + (frozen ? 0 : sizeOf(shape)), 0),
  adapter,
});

/** What a result says before anything is measured. */
const frame = (id: string, prepared: Prepared, { frozen }: Session, headline: RunResult['headline']) => ({
  schema: 1 as const,
  id,
  headline,
  metric: prepared.dataset.metric,
  counts: {
    ...trainedCounts(prepared.blueprint, adapterSize(prepared.blueprint.adapter)),
    frozen: Object.values(frozen).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  },
});

/** The trained adapter and head in PEFT's files, and beside them how they were made. */
const writeAdapter = (lease: Lease, { config, blueprint }: Prepared, params: HostParams): void => {
  const { model, adapter } = blueprint;
  const files = peftFiles(config.adapter, model, { adapter, params });
  for (const [name, content] of Object.entries(files)) writeAdapterFile(lease, name, content);
  const made = { dropout: config.dropout, seed: config.seed };
  writeAdapterFile(lease, 'lora_dropout_lab.json', `${JSON.stringify(made, null, 2)}\n`);
};

/**
 * The readout that the method prescribes; deterministic where it draws no masks (p = 0), and their
 * mean probability where the run is an ensemble of others.
 */
const headlineOf = ({ config, blueprint, members }: Prepared): RunResult['headline'] => {
  if (members) return { readout: 'ensemble-probabilities', members: members.length };
  const { readout } = blueprint.method.evaluate;
  if (!readout.startsWith('ensemble')) return { readout, members: 1 };
  if (!hasMasks(blueprint)) return { readout: 'deterministic', members: 1 };
  if (config.members === 0)
    throw new BadInput(`members: ${config.dropout.name} is tested by an ensemble and needs at least 1; got 0`);
  return { readout, members: config.members };
};
