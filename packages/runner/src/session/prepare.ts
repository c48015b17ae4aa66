import { join } from 'node:path';
import { datasets, hubFetch, type Dataset, type Example, type Sources } from '@lab/datasets';
import { models } from '@lab/models';
import type { Encoded, HostParams, Model } from '@lab/adapter';
import { fold, key } from '@lab/random';
import { BadInput, canonical, type RunConfig } from '@lab/records';
import { blueprintOf, settingOf, type Blueprint } from './blueprint.ts';
import { averagingError } from '../stages/averaging.ts';
import { baseOf } from '../stages/base.ts';
import { leftsOf } from '../stages/left.ts';
import { ofClient } from '../stages/share.ts';
import { membersOf } from '../stages/members.ts';
import { startValues } from '../stages/start.ts';
import { checkTexts, joinTasks, type Among } from '../stages/tasks.ts';
import { choiceOf, rightOptionRows, type ChoiceTest } from './choice.ts';
import { encodeRows, type Row } from './rows/rows.ts';
import { spanRows } from './rows/span-rows.ts';
import { languageModel, textRows } from './rows/text-rows.ts';
import { trainedOn } from './rows/train-on.ts';

/** Where a run finds what its config names. Never part of its identity. */
export interface Places {
  readonly sources: Pick<Sources, 'dataDir' | 'cacheDir'>;
  /** Whether data sets and models may be downloaded from the hub. */
  readonly download?: boolean;
  /** Folder with a model's weights, where they do not come with the package. */
  readonly weights?: string;
  /** Folder with the finished runs that others start from. */
  readonly runs?: string;
}

/** The test rows of a task of a sequence, and its own classes among the outputs. */
export interface TaskRows {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly among: Among;
}

/** A run ready to train: every part built, every text tokenized. */
export interface Prepared {
  readonly config: RunConfig;
  readonly blueprint: Blueprint;
  readonly dataset: Dataset;
  readonly rows: { readonly train: readonly Row[]; readonly validation: readonly Row[]; readonly test: readonly Row[] };
  /** How the test split of a multiple-choice task is read; absent: by the session as it is. */
  readonly choice?: ChoiceTest;
  /** Test rows of other data sets, by name. */
  readonly elsewhere: { readonly [name: string]: readonly Row[] };
  /** All tasks of a sequence, its own last; absent where its data set is the only one. */
  readonly tasks?: readonly TaskRows[];
  /** Whether updates are merged into the frozen weights, which no other run shares; absent: no. */
  readonly merged?: boolean;
  /** Parameters that are taken over from what it starts from, by name; absent: none. */
  readonly start?: HostParams;
  /** Parameters of the finished runs that it is an ensemble of; absent: it is none. */
  readonly members?: readonly HostParams[];
  /** What averaging factors lost against averaging updates; absent: not several adapters' mean. */
  readonly averagingError?: number;
}

/**
 * Builds runs and keeps what they share: a model by its options, a data set by its options and
 * seed.
 */
export interface Preparer {
  readonly prepare: (config: RunConfig) => Promise<Prepared>;
}

const once = <T>(cache: Map<string, T>, name: string, make: () => T): T => {
  const found = cache.get(name) ?? make();
  cache.set(name, found);
  return found;
};

/**
 * The same model with token ids kept by content: runs of other seeds and arms meet the same texts
 * again.
 */
const rememberTokens = (model: Model): Model => {
  const known = new Map<string, Encoded>();
  return {
    ...model,
    tokenize: (text, pair, atMost) =>
      once(known, JSON.stringify([text, pair, atMost]), () => model.tokenize(text, pair, atMost)),
  };
};

export const openPreparer = ({ sources: places, weights, download = false, runs }: Places): Preparer => {
  const sources: Sources = download ? { ...places, fetchFile: hubFetch } : places;
  const context = {
    ...(weights === undefined ? {} : { weights }),
    ...(download ? { cacheDir: join(places.cacheDir, 'models') } : {}),
  };
  const built = new Map<string, Promise<Model>>();
  const loaded = new Map<string, Promise<Dataset>>();
  const load = (chosen: RunConfig['dataset'], seed: number): Promise<Dataset> =>
    once(loaded, canonical([chosen, seed]), () => datasets.build(chosen, fold(key(seed), 'data'), sources));
  /** The frozen model of a run, and what it starts from. */
  const opened = (config: RunConfig, model: Model) => {
    if (config.from === undefined) return { model, lefts: [] };
    if (runs === undefined) throw new Error('a run that starts from another needs the folder of finished runs');
    return { model: baseOf(config, model, runs).model, lefts: leftsOf(config, model, runs) };
  };
  return {
    prepare: async (config) => {
      const trainedHead = config.head === 'fine-tuning';
      const bare = await once(built, canonical([config.model, trainedHead]), async () =>
        rememberTokens(await models.build(config.model, { ...context, trainedHead })),
      );
      const { model, lefts } = opened(config, bare);
      const { seed, tasks } = config;
      const others = await Promise.all((tasks?.others ?? []).map((other) => load(other.dataset, seed)));
      const own = await load(config.dataset, seed);
      checkTexts(own, others, (one) => settingOf(model, one).biEncoder);
      const { dataset: tested, before, known } = joinTasks(tasks, own, others);
      const learned = config.trainOn ? await load(config.trainOn, seed) : tested;
      const dataset = ofClient(config.trainOn ? trainedOn(tested, learned) : tested, config);
      const { maxTokens } = config.train;
      if (maxTokens > model.maxTokens)
        throw new BadInput(`train.maxTokens is ${maxTokens}; ${model.name} takes at most ${model.maxTokens}`);
      for (const split of ['train', 'validation', 'test'] as const) {
        if (dataset.splits[split].length === 0) throw new BadInput(`${dataset.name}: the ${split} split is empty`);
      }
      const blueprint = blueprintOf(config, model, settingOf(model, dataset, before));
      const choice = dataset.task.kind === 'multiple-choice' ? choiceOf(blueprint, dataset, config) : undefined;
      const { texts, biEncoder, task, qa } = blueprint;
      const encode = (examples: readonly Example[]): readonly Row[] => {
        if (texts) return textRows(languageModel(model), examples, { maxTokens, generation: texts.generation });
        if (task.kind === 'extractive-qa') return spanRows(model, examples, { maxTokens, qa });
        return encodeRows(model, examples, { biEncoder, maxTokens });
      };
      const learn = (examples: readonly Example[]): readonly Row[] =>
        learned.task.kind === 'multiple-choice' ? rightOptionRows(model, examples, maxTokens) : encode(examples);
      const { train, validation, test } = dataset.splits;
      const start = startValues(config, blueprint, lefts);
      const members = membersOf(config, blueprint, lefts);
      const error = config.from?.take === 'adapter' ? averagingError(blueprint, lefts, start) : undefined;
      const elsewhere = Object.entries(dataset.elsewhere ?? {}).map(
        ([name, examples]) => [name, encode(examples)] as const,
      );
      return {
        config,
        blueprint,
        dataset,
        rows: { train: learn(train), validation: learn(validation), test: choice ? choice.rows(test) : encode(test) },
        ...(choice ? { choice } : {}),
        elsewhere: Object.fromEntries(elsewhere),
        ...(model === bare ? {} : { merged: true }),
        ...(tasks ? { tasks: known.map(({ test: rows, ...task }) => ({ ...task, rows: encode(rows) })) } : {}),
        ...(config.from ? { start } : {}),
        ...(members ? { members } : {}),
        ...(error === undefined ? {} : { averagingError: error }),
      };
    },
  };
};
