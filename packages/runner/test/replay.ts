import { createHash } from 'node:crypto';
import { present } from '@lab/records';
import { rateAt } from '@lab/dropout';
import { key } from '@lab/random';
import { flattenTree, type Engine, type Handle, type HostArray } from '@lab/engine';
import { openWorkshop } from '../src/session/workshop.ts';
import type { Session } from '../src/session/session.ts';
import { paddedBatch } from '../src/step/batch.ts';
import { train } from '../src/train/train.ts';
import { prepareTwenty, type Case, type Named } from './twenty.ts';

const roberta = {
  model: { name: 'roberta', pooling: 'cls' },
  weights: 'roberta-regression',
  vocabulary: 23,
  lr: 1e-2,
} as const;
const deberta = { ...roberta, model: { name: 'deberta-v2', pooling: 'cls' }, weights: 'deberta-v3' } as const;

const plainLora: Named = { name: 'lora', r: 2, alpha: 4, target_modules: 'all-linear' };
const onRoberta = (dropout: Named, adapter: Named = plainLora): Case => ({ ...roberta, adapter, dropout });
const custom = (noise: object): Named => ({ name: 'custom', noise: [noise] });

/**
 * Trainings of twenty steps that PyTorch and peft replay (scripts/fixtures/training/replay.py):
 * plain LoRA, LoRA Dropout with both scopes, HiddenKey, AdaLoRA, and a method at every position.
 * DeBERTa sends relative positions through the masked matrices.
 */
export const REPLAYS: { readonly [name: string]: Case } = {
  'plain LoRA': onRoberta({ name: 'none' }),
  'LoRA Dropout, batch': onRoberta({ name: 'lora-dropout', p: 0.3, samples: 2 }),
  'LoRA Dropout, example': onRoberta({ name: 'lora-dropout', p: 0.3, samples: 2, scope: 'example' }),
  'LoRA Dropout, DeBERTa': {
    ...deberta,
    adapter: plainLora,
    dropout: { name: 'lora-dropout', p: 0.3, samples: 2 },
  },
  HiddenKey: onRoberta({ name: 'hiddenkey', p: 0.2 }),
  'HiddenKey, JS': onRoberta({ name: 'hiddenkey', p: 0.2, consistency: 'js', branches: 2 }),
  'R-Drop': onRoberta({ name: 'r-drop', p: 0.2 }),
  AdaLoRA: onRoberta({ name: 'none' }, { name: 'adalora', target_modules: 'all-linear' }),
  embedding: onRoberta({ name: 'cutoff', p: 0.3 }),
  'lora.input': onRoberta({ name: 'lora-input', p: 0.2 }),
  'lora.input, Gaussian': onRoberta({ name: 'gaussian-dropout', p: 0.2 }),
  'lora.A and lora.B, Gaussian': onRoberta({ name: 'gaussian-lora', p: 0.2 }),
  'lora.rank': onRoberta({ name: 'droplora', p: 0.3 }),
  'lora.delta': onRoberta({ name: 'branch-drop', p: 0.3 }),
  'attention.logits': onRoberta({ name: 'dropkey', p: 0.3 }),
  'attention.weights': onRoberta({ name: 'dropattention', p: 0.3 }),
  'ffn.intermediate': onRoberta({ name: 'hiddencut', p: 0.3, hiddenSite: 'ffn.intermediate' }),
  'ffn.hidden': onRoberta({ name: 'hiddencut', p: 0.3 }),
  output: onRoberta(custom({ site: 'output', structure: 'element', compensation: 'inverse', p: 0.3 })),
};

/** An array as a file holds it. */
type Stored = { readonly shape: readonly number[]; readonly data: readonly number[] };

const stored = ({ shape, data }: HostArray): Stored => ({ shape, data: [...data] });

/** The host arrays of a nested record by path. */
const storedAll = (record: object): { readonly [name: string]: Stored } =>
  Object.fromEntries(
    Object.entries(flattenTree<Handle | HostArray>(record)).flatMap(([name, array]) =>
      'data' in array ? [[name, stored(array)] as const] : [],
    ),
  );

/** One pass over a batch: its arrays, and the masks of the first and the second noisy pass. */
type Sample = { readonly [part in 'batch' | 'first' | 'second']: { readonly [name: string]: Stored } };

/** Everything that another program needs to train the same twenty steps. */
export interface Recorded {
  readonly config: object;
  readonly weights: string;
  /** What a mask is: its site and path, what makes up for it, and its rate. */
  readonly masks: {
    readonly [name: string]: {
      readonly site: string;
      readonly path: string;
      readonly compensation: string;
      readonly p: number;
    };
  };
  readonly consistency: object | null;
  readonly start: { readonly [name: string]: Stored };
  /** Parameters that weight decay acts on. */
  readonly decayed: readonly string[];
  /** By step, the samples whose losses are averaged. */
  readonly steps: readonly (readonly Sample[])[];
}

/**
 * Trains a case by the runner's own loop and writes down what went in. Leaves nothing on the
 * engine.
 */
export const replay = async (
  engine: Engine,
  one: Case,
): Promise<{ readonly recorded: Recorded; readonly losses: readonly number[] }> => {
  const prepared = await prepareTwenty(one);
  const { blueprint, config } = prepared;
  const workshop = openWorkshop({ ...engine, close: async () => undefined });
  const { batchSize: size } = config.train;
  const opened = await workshop.open(blueprint, { batchSize: size, maxTokens: 8 });
  // What is written down for other programs has every text in a row of its own.
  const session: Session = {
    ...opened,
    batch: (rows, indices) => paddedBatch(rows, indices, { size, maxTokens: 8, task: blueprint.task }),
  };
  const state = await session.start(key(config.seed));
  const start = await session.params(state.theta);
  engine.free(state);

  const steps: Sample[][] = [[]];
  const masks = new Map<string, Recorded['masks'][string]>();
  type Inputs = Parameters<Session['gradient']>[0];
  const write = ({ batch, masks: drawn }: Pick<Inputs, 'batch' | 'masks'>): void => {
    const arrays = storedAll(batch);
    const [rows = 0, tokens = 0] = present(arrays.ids, 'ids').shape;
    for (const { name, site, place, noise } of blueprint.masks.training({ rows, tokens }).drawn)
      masks.set(name, { site, path: place.path, compensation: noise.compensation, p: rateAt(noise.p, place.layer, 0) });
    steps.at(-1)?.push({ batch: arrays, first: storedAll(drawn.first), second: storedAll(drawn.second) });
  };
  const losses: number[] = [];
  const { theta } = await train({
    prepared,
    session: {
      ...session,
      gradient: (inputs) => {
        write(inputs);
        return session.gradient(inputs);
      },
      step: (inputs) => {
        write(inputs);
        steps.push([]);
        return session.step(inputs);
      },
    },
    readingKey: key(0),
    from: null,
    save: () => undefined,
    onProgress: ({ phase, loss }) => phase === 'train' && losses.push(loss ?? NaN),
    signal: new AbortController().signal,
    headline: { readout: 'deterministic', members: 1 },
  });
  engine.free([theta]);
  await workshop.close();
  const recorded: Recorded = {
    config: { adapter: config.adapter, train: config.train },
    weights: one.weights ?? '',
    masks: Object.fromEntries(masks),
    consistency: blueprint.method.consistency ?? null,
    start: storedAll(start),
    decayed: [...blueprint.adapter.params, ...blueprint.head.params].filter((p) => p.decay).map(({ name }) => name),
    steps: steps.slice(0, -1),
  };
  return { recorded, losses };
};

/** Names what went into a training, so that a fixture can tell that it was made from the same. */
export const fingerprint = (recorded: Recorded): string =>
  createHash('sha256').update(JSON.stringify(recorded)).digest('hex');
