import { join } from 'node:path';
import { theoryRuns } from '@lab/experiments';
import type { HostParams } from '@lab/adapter';
import { key } from '@lab/random';
import { ADAPTER_FILES, BadInput, readAdapterFiles, runFolder } from '@lab/records';
import { openPreparer, openWorkshop, planRun, trainedParams, type ExperimentRun, type Session } from '@lab/runner';
import { openBest } from '@lab/engine';
import type { Material } from '@lab/theory';
import type { TrainOptions } from './train.ts';

/** The two trainings, planned. */
export const plannedRuns = (): readonly [plain: ExperimentRun, dropout: ExperimentRun] => {
  const plan = (name: 'plain' | 'dropout'): ExperimentRun => ({
    ...planRun(theoryRuns[name], `experiments/theory, ${name}`),
    labels: { trained: name },
    seed: theoryRuns[name].seed,
  });
  return [plan('plain'), plan('dropout')];
};

/** Trained parameters of a finished run. Throws `BadInput` where it left none. */
const trainedOf = (out: string, id: string, { blueprint }: Session): HostParams => {
  const file = join(runFolder(out, id), 'adapter', ADAPTER_FILES[1]);
  const bytes = readAdapterFiles(out, id)?.get(ADAPTER_FILES[1]);
  if (!bytes) throw new BadInput(`${file}: the training left no weights`);
  return trainedParams(blueprint, bytes, file);
};

/** What the checks look at, from the two finished runs. The caller closes the engine. */
export const openMaterial = async (options: TrainOptions): Promise<{ material: Material; reason: string }> => {
  const { out, dataDir, weights, threads, provider } = options;
  const [plain, dropout] = plannedRuns();
  const preparer = openPreparer({
    sources: { cacheDir: join(out, 'cache'), ...(dataDir === undefined ? {} : { dataDir }) },
    ...(weights === undefined ? {} : { weights }),
    download: options.download,
  });
  const { rows, dataset, blueprint, config } = await preparer.prepare(plain.config);
  const { engine, reason } = await openBest(options.engine, {
    threads,
    ...(provider === undefined ? {} : { provider }),
  });
  const session = await openWorkshop(engine).open(blueprint, config.train);
  const state = await session.start(key(config.seed));
  const start = await session.params(state.theta);
  engine.free(state);
  const sizes = `${rows.train.length} training and ${rows.test.length} test sentences`;
  const material: Material = {
    session,
    start,
    trained: { plain: trainedOf(out, plain.id, session), dropout: trainedOf(out, dropout.id, session) },
    rate: theoryRuns.rate,
    train: rows.train,
    test: rows.test,
    description: `${blueprint.model.name}, ${dataset.name}, ${sizes}`,
  };
  return { material, reason };
};
