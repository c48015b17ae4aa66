import { adapters } from '@lab/adapter';
import { datasets } from '@lab/datasets';
import { methods } from '@lab/dropout';
import { fingerprintOf, generationSchema, models } from '@lab/models';
import { BadInput, runConfigSchema, runId, sentence, type Named, type RunConfig } from '@lab/records';

/** A checked config with all defaults, and its identity. */
export interface PlannedRun {
  readonly id: string;
  readonly config: RunConfig;
}

const generationOf = (given: unknown, where: string) => {
  const parsed = generationSchema.safeParse(given);
  if (!parsed.success) throw new BadInput(sentence(`${where}: generation`, parsed.error, generationSchema));
  return parsed.data;
};

/** Two folders of weights are two models. Models that come with the package take none. */
const withWeights = (model: Named, folder: string | undefined): Named =>
  folder === undefined || !('weights' in models.find(model.name).options.shape)
    ? model
    : { ...model, weights: fingerprintOf(folder) };

/**
 * Checks a config against its schema and the catalogues and fills every default.
 * Throws `BadInput` that names the key and what is allowed. `where` names the file or experiment for the message; `weights` is the folder
 * that the model is read from, whose fingerprint becomes part of the identity.
 */
export const planRun = (raw: unknown, where: string, weights?: string): PlannedRun => {
  const parsed = runConfigSchema.safeParse(raw);
  if (!parsed.success) throw new BadInput(sentence(where, parsed.error, runConfigSchema));
  const config: RunConfig = {
    ...parsed.data,
    dataset: datasets.parse(parsed.data.dataset, `${where}: dataset`),
    model: withWeights(models.parse(parsed.data.model, `${where}: model`), weights),
    adapter: adapters.parse(parsed.data.adapter, `${where}: adapter`),
    dropout: methods.parse(parsed.data.dropout, `${where}: dropout`),
    ...(parsed.data.generation === undefined ? {} : { generation: generationOf(parsed.data.generation, where) }),
  };
  const versions = {
    dataset: datasets.find(config.dataset.name).version,
    model: models.find(config.model.name).version,
    adapter: adapters.find(config.adapter.name).version,
    dropout: methods.find(config.dropout.name).version,
  };
  return { id: runId(config, versions), config };
};
