import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Model } from '@lab/adapter';
import { sizeOf } from '@lab/engine';
import { z } from 'zod';
import { BadInput } from '@lab/records';
import { readJsonFile } from './checkpoint/json.ts';
import type { Anatomy } from './families/anatomy.ts';
import { bert } from './families/bert/index.ts';
import { deberta } from './families/deberta/index.ts';
import { distilbert } from './families/distilbert/index.ts';
import { gpt2 } from './families/gpt2/index.ts';
import { llama } from './families/llama/index.ts';
import { opt } from './families/opt/index.ts';
import { publicConfigs } from './families/public-configs.ts';
import { roberta } from './families/roberta/index.ts';

/** A model's shape, without its weights. */
export interface Skeleton {
  /** Enough to build an adapter for and to count by; it has no weights and computes nothing. */
  readonly model: Model;
  /** Frozen parameters. */
  readonly parameters: number;
  /** Rows of the embedding table; 0 where next-token logits are not wanted. */
  readonly vocabulary: number;
}

const families = [bert, roberta, distilbert, deberta, gpt2, opt, llama];

const nothing = (): never => {
  throw new Error('a skeleton has no weights and computes nothing');
};

/** The configuration of a folder with config.json, or the published one of a model by name. */
const configOf = async (name: string, folder?: string): Promise<{ readonly model_type: string } | undefined> => {
  const file = folder === undefined ? undefined : join(folder, 'config.json');
  return file !== undefined && existsSync(file)
    ? readJsonFile(file, z.looseObject({ model_type: z.string() }))
    : publicConfigs[name];
};

/** A configuration as its family reads it; undefined for another family than those above. */
const described = (config: { readonly model_type: string }, lm: boolean, where: string) => {
  const family = families.find(({ modelType }) => config.model_type === modelType);
  if (!family) return undefined;
  const [pooling] = family.poolings;
  return { family, anatomy: family.describe(config, { pooling, lm } as never, where) };
};

/** What a published model is made of, with the prefix that its tensors have in a file. */
export const publicAnatomy = (name: string, lm: boolean): { readonly anatomy: Anatomy; readonly prefix: string } => {
  const config = publicConfigs[name];
  const read = config && described(config, lm, name);
  if (!read) throw new BadInput(`no public sizes of "${name}"; allowed: ${Object.keys(publicConfigs).join(', ')}`);
  return { anatomy: read.anatomy, prefix: read.family.prefix };
};

/**
 * The shape of a model by its name, or by the config.json of a folder with its weights. Null where
 * neither tells it. `lm`: with next-token logits.
 */
export const skeletonOf = async (name: string, lm: boolean, folder?: string): Promise<Skeleton | null> => {
  const config = await configOf(name, folder);
  const read = config && described(config, lm, folder ?? name);
  if (!read) return null;
  const { anatomy, family } = read;
  const { width, layers, maxTokens, causal, linears, sites, tensors, lmHead } = anatomy;
  const head = tensors.find((tensor) => tensor.name === lmHead);
  return {
    model: {
      name,
      width,
      layers,
      maxTokens,
      causal,
      linears,
      sites,
      weights: nothing,
      encode: nothing,
      pool: nothing,
      tokenize: nothing,
      pairs: family.pairs,
    },
    parameters: tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    vocabulary: head?.shape[0] ?? 0,
  };
};
