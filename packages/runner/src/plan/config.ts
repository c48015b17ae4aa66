import { adapters } from '@lab/adapter';
import { datasets } from '@lab/datasets';
import { methods } from '@lab/dropout';
import { classPooling, generationSchema, models } from '@lab/models';
import {
  BadInput,
  underKey,
  keyNamed,
  refuseReserved,
  runConfigSchema,
  runId,
  sentence,
  type RunConfig,
} from '@lab/records';
import { parseOptimizer } from './optimizer.ts';

/** A checked config with all defaults, and its identity. */
export interface PlannedRun {
  readonly id: string;
  readonly config: RunConfig;
}

/**
 * The adapters' default `target_modules` are the names of this model's maps; on any other model the
 * default is all of them.
 */
const NAMED_BY_DEFAULT = 'use-lite';

const adapterOf = (given: { readonly name: string }, model: string): object =>
  model !== NAMED_BY_DEFAULT && 'target_modules' in adapters.find(given.name).options.shape
    ? { target_modules: 'all-linear', ...given }
    : given;

/** A head that is trained whole stands on the pooling of its class, where a config names none. */
const modelOf = (given: { readonly name: string }, head: RunConfig['head']): object => {
  const pooling = head === 'fine-tuning' ? classPooling(given.name) : undefined;
  return pooling === undefined ? given : { pooling, ...given };
};

const generationOf = (given: unknown, where: string) => {
  const parsed = generationSchema.safeParse(given);
  if (!parsed.success) throw new BadInput(sentence(`${where}: generation`, parsed.error, generationSchema));
  return parsed.data;
};

/** An optimiser is named only where it is not AdamW, so that other runs keep their ids. */
const trainingOf = ({ optimizer, ...rest }: RunConfig['train'], where: string): RunConfig['train'] =>
  optimizer === undefined ? rest : { ...rest, optimizer: parseOptimizer(optimizer, where) };

/** The data sets of other tasks, checked. */
const tasksOf = (tasks: NonNullable<RunConfig['tasks']>, where: string): RunConfig['tasks'] => {
  const names = [tasks.own, ...tasks.others.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new BadInput(`${where}: tasks: two tasks are named "${twice}"`);
  return {
    ...tasks,
    others: tasks.others.map(({ name, dataset }, i) => ({
      name,
      dataset: datasets.parse(dataset, `${where}: tasks.others.${i}.dataset`),
    })),
  };
};

/**
 * Checks a config against its schema and the catalogues and fills every default. Throws `BadInput`
 * that names the key and what is allowed. `where` names the file or experiment for the message.
 */
export const planRun = (raw: unknown, where: string): PlannedRun => {
  refuseReserved(raw, where);
  const parsed = runConfigSchema.safeParse(raw);
  if (!parsed.success) throw new BadInput(sentence(where, parsed.error, runConfigSchema), keyNamed(parsed.error));
  const { base, ...given } = parsed.data;
  const config: RunConfig = {
    ...given,
    // Named only where it is not the usual one, so that other runs keep their ids.
    ...(base === undefined || base === 'float32' ? {} : { base }),
    dataset: underKey('dataset', () => datasets.parse(parsed.data.dataset, `${where}: dataset`)),
    ...(parsed.data.trainOn === undefined
      ? {}
      : { trainOn: underKey('trainOn', () => datasets.parse(parsed.data.trainOn, `${where}: trainOn`)) }),
    model: underKey('model', () => models.parse(modelOf(parsed.data.model, parsed.data.head), `${where}: model`)),
    adapter: underKey('adapter', () =>
      adapters.parse(adapterOf(parsed.data.adapter, parsed.data.model.name), `${where}: adapter`),
    ),
    dropout: underKey('dropout', () => methods.parse(parsed.data.dropout, `${where}: dropout`)),
    ...(parsed.data.generation === undefined ? {} : { generation: generationOf(parsed.data.generation, where) }),
    train: trainingOf(parsed.data.train, where),
    ...(parsed.data.tasks === undefined ? {} : { tasks: tasksOf(parsed.data.tasks, where) }),
  };
  if (config.train.epochs === 0 && config.from === undefined)
    throw new BadInput(`${where}: key "train.epochs": 0 tests what "from" names, and there is none; allowed: from 1`);
  if (config.train.epochs > 0 && config.from?.take === 'ensemble')
    throw new BadInput(`${where}: key "train.epochs": an ensemble of finished runs is not trained; allowed: 0`);
  return identified(config);
};

const identified = (config: RunConfig): PlannedRun => {
  const others = config.tasks?.others ?? [];
  const versions = {
    dataset: datasets.find(config.dataset.name).version,
    model: models.find(config.model.name).version,
    adapter: adapters.find(config.adapter.name).version,
    dropout: methods.find(config.dropout.name).version,
    ...(config.trainOn ? { trainOn: datasets.find(config.trainOn.name).version } : {}),
    ...(others.length > 0 ? { tasks: others.map(({ dataset }) => datasets.find(dataset.name).version) } : {}),
  };
  return { id: runId(config, versions), config };
};

/**
 * The same run with another seed: what else it says was checked before. Throws `BadInput` for what
 * is no seed.
 */
export const reseeded = ({ config }: PlannedRun, seed: unknown, where: string): PlannedRun => {
  const parsed = runConfigSchema.shape.seed.safeParse(seed);
  return parsed.success ? identified({ ...config, seed: parsed.data }) : planRun({ ...config, seed }, where);
};
