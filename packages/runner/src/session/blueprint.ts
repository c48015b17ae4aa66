import { adapters, type Adapter, type Model, type SiteUse } from '@lab/adapter';
import type { Dataset } from '@lab/datasets';
import type { TaskKind } from '@lab/metrics';
import { methods, type Dropout } from '@lab/dropout';
import { BadInput, canonical, type RunConfig } from '@lab/records';
import { layoutOf, type Layout, type PairOptimizer } from '@lab/engine';
import { generationSchema } from '@lab/models';
import { languageModel, writesTexts, type Texts } from './causal.ts';
import { linearHead, noHead, type Head } from './head.ts';
import { optimizerOf } from '../plan/optimizer.ts';

/** Everything that shapes a run's programs: equal signatures share compiled programs. */
export interface Blueprint {
  readonly signature: string;
  readonly model: Model;
  readonly adapter: Adapter;
  readonly method: Dropout;
  readonly head: Head;
  readonly task: TaskKind;
  /** Whether the two texts of a pair are encoded apart, as 2 B rows. */
  readonly biEncoder: boolean;
  readonly clip: number;
  /** Absent: AdamW. */
  readonly optimizer?: PairOptimizer;
  /** For text-to-text tasks alone. */
  readonly texts?: Texts;
  /** Trainable parameters, the adapter's first, then the head's. */
  readonly layout: Layout;
}

/** Number of outputs of a task's head. Throws `BadInput` for tasks that need another head. */
export const outputsOf = (task: TaskKind): number => {
  if (task.kind === 'classification') return task.classes.length;
  if (task.kind === 'regression') return 1;
  throw new BadInput(
    `a ${task.kind} task needs a head that this model does not have; allowed: classification, regression`,
  );
};

/** Texts are written token by token with a cache, where masks on attention have no meaning yet: only ensembles would need them. */
const checkNoise = ({ evaluate, noise, testNoise = noise }: Dropout): void => {
  const bad = evaluate.readout.startsWith('ensemble') && testNoise.find(({ site }) => site.startsWith('attention.'));
  if (bad) throw new BadInput(`dropout: texts cannot be written by an ensemble with noise at ${bad.site}`);
};

/** Puts model, adapter, method and head of a config together. */
export const blueprintOf = (config: RunConfig, model: Model, dataset: Dataset): Blueprint => {
  const adapter = adapters.build(config.adapter, model);
  const paired = dataset.splits.train.some((example) => example.pair !== undefined);
  const biEncoder = paired && model.pairs === 'bi-encoder';
  const written = writesTexts(dataset.task);
  const head = written ? noHead : linearHead(model.width, outputsOf(dataset.task), biEncoder);
  const texts = {
    generation: generationSchema.parse(config.generation ?? {}),
    smoothing: config.train.labelSmoothing ?? 0,
  };
  if (written) languageModel(model);
  const method = methods.build(config.dropout);
  if (written) checkNoise(method);
  const { clip, optimizer } = config.train;
  const layout = layoutOf([...adapter.params, ...head.params]);
  const { model: m, adapter: a, dropout: d } = config;
  return {
    signature: canonical({ m, a, d, task: dataset.task, biEncoder, clip, optimizer, ...(written ? { texts } : {}) }),
    model,
    adapter,
    method,
    head,
    task: dataset.task,
    biEncoder,
    clip,
    ...(optimizer ? { optimizer: optimizerOf(optimizer, config.adapter.name, adapter, layout) } : {}),
    ...(written ? { texts } : {}),
    layout,
  };
};

/** Every noise site of a batch with R rows of T tokens. */
export const usesOf = ({ model, adapter }: Blueprint, rows: number, tokens: number): readonly SiteUse[] => [
  ...model.sites(rows, tokens),
  ...adapter.sites(rows, tokens),
];
