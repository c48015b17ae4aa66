import type { Model } from '@lab/adapter';
import { BadInput, entry, type Citation, type Entry } from '@lab/records';
import { z } from 'zod';
import { fingerprintOf } from '../checkpoint/fingerprint.ts';
import type { ModelContext } from '../context.ts';
import type { HubModel } from '../hub/fetch-file.ts';
import { hubModelFolder } from '../hub/resolve.ts';
import type { Family } from './anatomy.ts';
import { openFamily } from './open.ts';

/** An entry, and the pooling of the family's classification class where it has one. */
export type ModelEntry = Entry<[context: ModelContext], Promise<Model>> & { readonly classPooling?: string };

const classPoolingOf = ({ classHeads = {} }: Family): Pick<ModelEntry, 'classPooling'> => {
  const [pooling] = Object.keys(classHeads);
  return pooling === undefined ? {} : { classPooling: pooling };
};

const optionsOf = ({ poolings }: Family, causal: boolean, pooling = poolings[0]) =>
  z.object({
    pooling: z.enum(poolings).default(pooling).describe('how hidden states become one vector an example'),
    weights: z
      .string()
      .optional()
      .describe('fingerprint of the folder given by --weights; filled in when a run is planned'),
    ...(causal ? { lm: z.boolean().default(false).describe('also open the language model head') } : {}),
  });

/** Refuses a folder whose weights are others than those a run was planned with. */
const checkWeights = (name: string, planned: unknown, { weights, cacheDir }: ModelContext): void => {
  if (typeof planned !== 'string' || weights === undefined || planned === fingerprintOf(weights, cacheDir)) return;
  throw new BadInput(`model "${name}": the weights in ${weights} are not those of this run (fingerprint ${planned})`);
};

const folderOf = async (name: string, source: HubModel | undefined, context: ModelContext): Promise<string> => {
  if (context.weights !== undefined) return context.weights;
  if (!source)
    throw new BadInput(
      `model "${name}": name a folder with config.json and model.safetensors (--weights), ` +
        'or "repo" and "revision" of a hub model',
    );
  if (context.cacheDir === undefined)
    throw new BadInput(
      `model "${name}": downloads are off; name a folder with the files of ${source.repo} (--weights)`,
    );
  return hubModelFolder(source, context.cacheDir, context);
};

/** Opens a folder with what a config chose and what the surroundings say. */
const opened = (
  family: Family,
  name: string,
  folder: string,
  chosen: { readonly pooling: string; readonly lm?: unknown },
  context: ModelContext,
): Promise<Model> => {
  const { pooling, lm } = chosen;
  return openFamily(family, name, folder, { pooling, lm: lm === true, trainedHead: context.trainedHead ?? false });
};

interface Described {
  readonly name: string;
  /** Default pooling, where it is not the family's. */
  readonly pooling?: string;
  readonly summary: string;
  readonly cite: Citation;
}

/** The entry of a family: any checkpoint of it, from a folder or a pinned hub repository. */
export const familyEntry = (family: Family, causal: boolean, described: Omit<Described, 'pooling'>): ModelEntry => {
  const options = optionsOf(family, causal).extend({
    repo: z.string().optional().describe('hub repository, owner/name'),
    revision: z.string().optional().describe('its commit hash'),
  });
  const made = entry<[ModelContext], Promise<Model>, typeof options>({
    ...described,
    version: 1,
    options,
    build: async (chosen, context) => {
      checkWeights(described.name, chosen.weights, context);
      const { repo, revision } = chosen;
      if (repo !== undefined && revision === undefined && context.weights === undefined)
        throw new BadInput(`model "${described.name}": "repo" needs "revision", a commit hash`);
      const source = repo !== undefined && revision !== undefined ? { repo, revision } : undefined;
      const folder = await folderOf(described.name, source, context);
      return opened(family, described.name, folder, chosen, context);
    },
  });
  return { ...made, ...classPoolingOf(family) };
};

/**
 * The entry of one published checkpoint. `source` is absent where the hub has no safetensors or no
 * tokenizer.json.
 */
export const publishedEntry = (
  family: Family,
  causal: boolean,
  { pooling, ...described }: Described,
  source?: HubModel,
): ModelEntry => {
  const options = optionsOf(family, causal, pooling);
  const made = entry<[ModelContext], Promise<Model>, typeof options>({
    ...described,
    version: 1,
    options,
    build: async (chosen, context) => {
      checkWeights(described.name, chosen.weights, context);
      const folder = await folderOf(described.name, source, context);
      return opened(family, described.name, folder, chosen, context);
    },
  });
  return { ...made, ...classPoolingOf(family) };
};
