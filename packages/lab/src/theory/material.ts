import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostParams } from '@lab/adapter';
import { theoryRuns } from '@lab/experiments';
import { fold, key } from '@lab/random';
import { runFolder } from '@lab/records';
import { openPreparer, planRun, type ExperimentRun, type Prepared } from '@lab/runner';
import { asFloats, openBest, readSafetensors, type Engine } from '@lab/engine';
import type { Material, Sentences } from '@lab/theory';
import type { TrainOptions } from '../compose/train.ts';

/** The two trainings, planned. */
export const plannedRuns = (): readonly [plain: ExperimentRun, dropout: ExperimentRun] => {
  const plan = (name: 'plain' | 'dropout'): ExperimentRun => ({
    ...planRun(theoryRuns[name], `experiments/theory, ${name}`),
    labels: { trained: name },
    seed: theoryRuns[name].seed,
  });
  return [plan('plain'), plan('dropout')];
};

/** Trained parameters of a finished run, under the adapter's own names. */
const trainedOf = (out: string, id: string, { blueprint }: Prepared): HostParams => {
  const bytes = readFileSync(join(runFolder(out, id), 'adapter', 'adapter_model.safetensors'));
  const { tensors } = readSafetensors(bytes);
  const own = new Set(blueprint.adapter.params.map(({ name }) => name));
  return Object.fromEntries(
    blueprint.layout.slots.map(({ name }) => {
      const found = tensors[own.has(name) ? `base_model.model.${name}.weight` : `base_model.model.${name}`];
      if (!found) throw new Error(`run ${id}: its adapter has no tensor for ${name}`);
      return [name, asFloats(found, name)];
    }),
  );
};

/** Start values as training draws them: each from a key of its own name. */
const startOf = ({ blueprint, config }: Prepared): HostParams => {
  const stream = fold(key(config.seed), 'init');
  return Object.fromEntries(
    [...blueprint.adapter.params, ...blueprint.head.params].map(({ name, shape, init }) => [
      name,
      { dtype: 'float32', shape, data: init(fold(stream, name)) },
    ]),
  );
};

const sentences = (rows: Prepared['rows']['train']): Sentences => ({
  encoded: rows.map(({ encoded }) => encoded[0]!),
  labels: Int32Array.from(rows, ({ example }) => example.label),
});

const putAll = (engine: Engine, arrays: HostParams) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, engine.put(array)]));

/** What the checks look at, from the two finished runs. The caller closes the engine. */
export const openMaterial = async (options: TrainOptions): Promise<{ material: Material; reason: string }> => {
  const { out, dataDir, weights, threads, provider } = options;
  const [plain, dropout] = plannedRuns();
  const preparer = openPreparer({
    sources: { cacheDir: join(out, 'cache'), ...(dataDir === undefined ? {} : { dataDir }) },
    ...(weights === undefined ? {} : { weights }),
    download: options.download,
  });
  const prepared = await preparer.prepare(plain.config);
  const { model, adapter, task } = prepared.blueprint;
  const { engine, reason } = await openBest(options.engine, {
    threads,
    ...(provider === undefined ? {} : { provider }),
  });
  const { rows, dataset } = prepared;
  const material: Material = {
    engine,
    model,
    adapter,
    classes: task.kind === 'classification' ? task.classes.length : 1,
    weights: putAll(engine, await model.weights()),
    start: startOf(prepared),
    trained: { plain: trainedOf(out, plain.id, prepared), dropout: trainedOf(out, dropout.id, prepared) },
    rate: theoryRuns.rate,
    train: sentences(rows.train),
    test: sentences(rows.test),
    description: `${model.name}, ${dataset.name}, ${rows.train.length} training and ${rows.test.length} test sentences`,
  };
  return { material, reason };
};
