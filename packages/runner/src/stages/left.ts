import { join } from 'node:path';
import type { HostParams, Model } from '@lab/adapter';
import {
  ADAPTER_FILES,
  BadInput,
  canonical,
  importFolder,
  readAdapterFiles,
  readImport,
  readRecord,
  sourcesOf,
  type RunConfig,
} from '@lab/records';
import { blueprintOf, type Blueprint } from '../session/blueprint.ts';
import { startingParams, storedSetting, trainedParams } from '../session/trained.ts';

/** What a finished run left, or an adapter that was imported. */
export interface Left {
  /** What it is called in messages. */
  readonly where: string;
  readonly config: RunConfig;
  readonly blueprint: Blueprint;
  /** Trained parameters by name, the adapter's and the head's. */
  readonly params: HostParams;
  /** Its share where several are taken together; the shares of a run sum to one. */
  readonly share: number;
}

const TENSORS = ADAPTER_FILES[1];

/** A finished run, opened on the base model. */
const finishedRun = (out: string, id: string, model: Model, expected: RunConfig): Omit<Left, 'share'> => {
  const where = `from: run ${id}`;
  const record = readRecord(out, id);
  if (!record) throw new BadInput(`${where} is not finished in ${out}; train it first, or name another`);
  const { config, result } = record;
  if (config.from?.take === 'ensemble')
    throw new BadInput(`${where} is an ensemble of runs, which no single adapter stands for; name one of them`);
  if (canonical(config.model) !== canonical(expected.model))
    throw new BadInput(
      `${where} was trained on the model ${canonical(config.model)}; this run has ${canonical(expected.model)}`,
    );
  const bytes = readAdapterFiles(out, id)?.get(TENSORS);
  if (!bytes) throw new BadInput(`${where} (${result.status}) left no trained weights`);
  const blueprint = blueprintOf(config, model, storedSetting(bytes, model.width));
  return { where, config, blueprint, params: trainedParams(blueprint, bytes, where) };
};

/** An imported adapter, read as the adapter of the run that starts from it. */
const importedAdapter = (out: string, name: string, model: Model, config: RunConfig): Omit<Left, 'share'> => {
  const bytes = Buffer.from(readImport(out, name)[TENSORS]);
  const where = join(importFolder(out, name), TENSORS);
  const { from: _from, ...rest } = config;
  const blueprint = blueprintOf(rest, model, storedSetting(bytes, model.width));
  return { where, config: rest, blueprint, params: startingParams(blueprint, bytes, where) };
};

/**
 * Everything that a run starts from, in the order of its config; nothing where it starts afresh.
 * `out` is the folder with the finished runs. Throws `BadInput` for a run that is not there, left
 * no weights, or was trained on another model.
 */
export const leftsOf = (config: RunConfig, model: Model, out: string): readonly Left[] => {
  const { from } = config;
  if (from?.peft !== undefined) return [{ ...importedAdapter(out, from.peft, model, config), share: 1 }];
  const sources = sourcesOf(config);
  const total = sources.reduce((sum, { weight }) => sum + weight, 0);
  if (sources.length > 0 && total === 0) throw new BadInput('from.runs: all weights are 0; at least one must be more');
  return sources.map(({ run, weight }) => ({ ...finishedRun(out, run, model, config), share: weight / total }));
};
