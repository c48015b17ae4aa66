import { fileURLToPath } from 'node:url';
import type { Model } from '@lab/adapter';
import { models } from '@lab/models';
import { fold, integer, key } from '@lab/random';
import type { Engine, Handle } from '@lab/engine';
import type { TaskKind } from '@lab/metrics';
import type { Row } from '../src/session/rows/rows.ts';
import { blueprintOf } from '../src/session/blueprint.ts';
import { planRun } from '../src/plan/config.ts';
import { readAll, type Reading, type Readings } from '../src/read/read.ts';
import { lossesOf } from '../src/read/text-losses.ts';
import type { Prepared } from '../src/session/prepare.ts';
import { partSize } from '../src/train/optimise.ts';
import { train } from '../src/train/train.ts';
import type { Session } from '../src/session/session.ts';
import { openWorkshop } from '../src/session/workshop.ts';
import { paddedBatch } from '../src/step/batch.ts';
import { twoClasses } from './two-classes.ts';

export type Named = { readonly name: string; readonly [option: string]: unknown };

/** One model, adapter and method, trained for twenty steps by the runner's own loop. */
export type Case = {
  readonly model: Named;
  /**
   * Folder of tiny weights among the model package's fixtures; absent: the model brings its own.
   */
  readonly weights?: string;
  readonly vocabulary: number;
  readonly adapter?: Named;
  readonly dropout?: Named;
  readonly lr?: number;
  readonly base?: string;
  readonly train?: object;
  /** Absent: two classes. `pairs`: two classes of pairs whose texts are encoded one by one. */
  readonly learns?: 'classes' | 'regression' | 'pairs' | 'texts';
  readonly head?: 'fine-tuning';
};

export type Twenty = { readonly losses: readonly number[]; readonly theta: Float32Array; readonly readings: Readings };

/** How batches lie: end to end, or every text a row. */
export type Lie = 'packed' | 'padded';

const EXAMPLES = 8;
const MEMBERS = 2;

/** Texts of 3 to 8 random tokens with labels; token 0 is left to padding. */
const rowsOf = (vocabulary: number, learns: Case['learns']): readonly Row[] =>
  Array.from({ length: EXAMPLES }, (_, i) => {
    const stream = fold(key(5), i);
    const text = (length: number, from: number) => ({
      ids: Int32Array.from({ length }, (_, t) => 1 + integer(fold(stream, from + t), vocabulary - 1)),
    });
    const first = text(3 + (i % 6), 0);
    const row = { example: { id: `train:${i}`, text: '', label: i % 2 }, encoded: [first] };
    if (learns === 'pairs') return { ...row, encoded: [first, text(8 - (i % 6), 8)] };
    return learns === 'texts' ? { ...row, targetFrom: 1 + (i % 2) } : row;
  });

const TASKS: { readonly [learns in NonNullable<Case['learns']>]: TaskKind } = {
  classes: { kind: 'classification', classes: ['no', 'yes'] },
  pairs: { kind: 'classification', classes: ['no', 'yes'] },
  regression: { kind: 'regression', range: [0, 1] },
  texts: { kind: 'text-to-text' },
};

const sourced = (folder: string): string =>
  fileURLToPath(new URL(`../../models/test/fixtures/families/${folder}`, import.meta.url));

export const prepareTwenty = async ({
  model: named,
  weights,
  vocabulary,
  adapter,
  dropout,
  lr = 2e-3,
  train: more,
  base,
  learns = 'classes',
  head,
}: Case): Promise<Prepared> => {
  const { config } = planRun(
    {
      seed: 3,
      dataset: { name: 'imdb' },
      model: named,
      adapter: adapter ?? { name: 'lora', r: 2, target_modules: 'all-linear' },
      dropout: dropout ?? { name: 'lora-dropout', p: 0.3, samples: 2 },
      train: { epochs: 10, batchSize: 4, maxTokens: 8, lr, evalEvery: 10, ...more },
      members: MEMBERS,
      ...(base === undefined ? {} : { base }),
      ...(head ? { head } : {}),
    },
    'test',
  );
  const source = weights === undefined ? {} : { weights: sourced(weights) };
  const model: Model = await models.build(config.model, { ...source, trainedHead: head !== undefined });
  const rows = rowsOf(vocabulary, learns);
  const examples = rows.map(({ example }) => example);
  const task = TASKS[learns];
  const dataset = { ...twoClasses(examples), task };
  const blueprint = blueprintOf(config, model, { task, biEncoder: learns === 'pairs' });
  return { config, blueprint, dataset, rows: { train: rows, validation: rows.slice(0, 2), test: rows }, elsewhere: {} };
};

/** Outputs every way; for texts the losses of the deterministic pass. */
const readingsOf = async (reading: Reading, theta: Handle, rows: readonly Row[]): Promise<Readings> => {
  if (!reading.session.blueprint.texts) return readAll(reading, theta, { rows, members: MEMBERS });
  const way = { readout: 'deterministic', pass: 'deterministic', members: 1 } as const;
  const losses = await lossesOf(reading, theta, rows, way);
  return { deterministic: losses.map((loss) => [loss]), meanField: null, members: [] };
};

/**
 * Twenty steps (ten epochs of two) and every reading of the trained weights, on one engine. Leaves
 * nothing on it.
 */
export const twentySteps = async (engine: Engine, one: Case, lie: Lie = 'packed'): Promise<Twenty> =>
  trainTwenty(engine, await prepareTwenty(one), lie);

/** The same for a case that is prepared already. */
export const trainTwenty = async (engine: Engine, prepared: Prepared, lie: Lie = 'packed'): Promise<Twenty> => {
  const { blueprint, rows } = prepared;
  const workshop = openWorkshop({ ...engine, close: async () => undefined });
  const batchSize = partSize(prepared.config.train);
  const opened = await workshop.open(blueprint, { batchSize, maxTokens: 8 });
  const setting = { size: batchSize, maxTokens: 8, task: blueprint.task };
  const session: Session =
    lie === 'packed' ? opened : { ...opened, batch: (rows, indices) => paddedBatch(rows, indices, setting) };
  const testKey = fold(key(3), 'test-mask');
  const losses: number[] = [];
  const { theta } = await train({
    prepared,
    session,
    readingKey: testKey,
    from: null,
    save: () => undefined,
    onProgress: ({ phase, loss }) => phase === 'train' && losses.push(loss ?? NaN),
    signal: new AbortController().signal,
    headline: { readout: 'deterministic', members: 1 },
  });
  const reading = { session, key: testKey, pause: async () => undefined };
  const readings = await readingsOf(reading, theta, rows.test);
  const { data } = await engine.get(theta);
  // A bias of the keys moves all logits of a query alike, so its gradient is rounding, which AdamW
  // makes a full step of.
  const { slots } = blueprint.layout;
  const steered = slots.filter(({ name }) => !/\bkey\.(.*_)?bias/.test(name));
  const trained = steered.flatMap(({ offset, size }) => [...data.subarray(offset, offset + size)]);
  engine.free([theta]);
  await workshop.close();
  return { losses, theta: Float32Array.from(trained), readings };
};

const norm = (values: Iterable<number>): number => Math.hypot(...values);
const far = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));

/**
 * How far two runs are apart: largest difference of a loss and of an output, and of the weights,
 * relative, L2.
 */
export const distance = (
  a: Twenty,
  b: Twenty,
): { readonly losses: number; readonly theta: number; readonly outputs: number } => {
  const all = ({ readings: { deterministic, meanField, members } }: Twenty) =>
    [deterministic, meanField ?? [], ...members].flat(2);
  return {
    losses: far(a.losses, b.losses),
    theta: norm(a.theta.map((x, i) => x - b.theta[i]!)) / norm(b.theta),
    outputs: far(all(a), all(b)),
  };
};
