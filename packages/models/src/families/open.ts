import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput } from '@lab/records';
import { z } from 'zod';
import { readJsonFile } from '../checkpoint/json.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { tableLogits, type LanguageModel } from '../language-model.ts';
import type { SavableModel } from '../savable.ts';
import { openTexts, openTokenizer } from '../tokens/tokenizer.ts';
import type { Family } from './anatomy.ts';
import { checkTensors, loadTensors } from './load.ts';
import { saveCheckpoint } from './save.ts';

/** What a config chooses of a family's model. */
export interface Choice {
  readonly pooling: string;
  /** Whether next-token logits are wanted too. */
  readonly lm: boolean;
}

const token = z.number().int().min(0);
const configSchema = z.looseObject({
  model_type: z.string(),
  eos_token_id: z.union([token, z.array(token).min(1)]).nullish(),
});

/**
 * A model from a folder as transformers writes it: config.json, model.safetensors (or shards),
 * tokenizer.json. Reads headers only; `weights()` reads the tensors. Without tokenizer.json the
 * model opens, and `tokenize` throws. Throws `BadInput` for another architecture, a missing tensor
 * or one whose shape does not fit.
 */
export const openFamily = async (
  family: Family,
  name: string,
  folder: string,
  { pooling, lm }: Choice,
): Promise<SavableModel | (SavableModel & LanguageModel)> => {
  const where = join(folder, 'config.json');
  const config = await readJsonFile(where, configSchema);
  if (config.model_type !== family.modelType)
    throw new BadInput(
      `${where}: key "model_type" is "${config.model_type}"; the model ${name} needs "${family.modelType}"`,
    );
  const anatomy = family.describe(config, { pooling, lm }, where);
  const checkpoint = await openCheckpoint(folder);
  checkTensors(checkpoint, anatomy, family.prefix);
  const { width, layers, maxTokens, causal, linears, sites, encode, pool, lmHead } = anatomy;
  const missing = (): never => {
    throw new BadInput(`no such file: ${join(folder, 'tokenizer.json')}`);
  };
  const model: SavableModel = {
    name,
    width,
    layers,
    maxTokens,
    causal,
    linears,
    sites,
    encode,
    pool,
    weights: () => loadTensors(checkpoint, anatomy, family.prefix),
    tokenize: existsSync(join(folder, 'tokenizer.json'))
      ? await openTokenizer(folder, { maxTokens, types: anatomy.segments > 1 })
      : missing,
    pairs: family.pairs,
    save: (target, weights) => saveCheckpoint(checkpoint, anatomy, family.prefix, config, weights, target),
  };
  if (lmHead === undefined) return model;
  const [vocabulary] = anatomy.tensors.find((spec) => spec.name === lmHead)!.shape;
  const end = Array.isArray(config.eos_token_id) ? config.eos_token_id[0] : (config.eos_token_id ?? undefined);
  const texts = existsSync(join(folder, 'tokenizer.json'))
    ? await openTexts(folder)
    : { encodeBare: missing, decode: missing };
  return { ...model, vocabulary: vocabulary!, logits: tableLogits(lmHead), end, ...texts };
};
