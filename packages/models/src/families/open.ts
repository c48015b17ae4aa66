import type { FrozenTensor } from '@lab/adapter';
import { join } from 'node:path';
import { as3d } from '@lab/engine';
import { BadInput, itemAt, present } from '@lab/records';
import { z } from 'zod';
import { checkJson } from '../checkpoint/json.ts';
import { tableLogits, type LanguageModel } from '../language-model.ts';
import { capped } from '../parts/decoder.ts';
import type { SavableModel } from '../savable.ts';
import { openTexts, openTokenizer } from '../tokens/tokenizer.ts';
import { openWindows } from '../tokens/windows.ts';
import type { Family } from './anatomy.ts';
import { checkTensors, eachTensor, loadTensors } from './load.ts';
import { trainedHeadOf } from './trained-head.ts';
import { saveCheckpoint } from './save.ts';
import { checkSizes } from './sizes.ts';
import { GENERATION_CONFIG, openSource } from './source.ts';

/** What a config chooses of a family's model. */
export interface Choice {
  readonly pooling: string;
  /** Whether next-token logits are wanted too. */
  readonly lm: boolean;
  /** Whether the classification head is trained: its layers need not be in the checkpoint. */
  readonly trainedHead: boolean;
}

const token = z.number().int().min(0);
const ending = { eos_token_id: z.union([token, z.array(token).min(1)]).nullish() };
const configSchema = z.looseObject({ model_type: z.string(), ...ending });
const generationConfigSchema = z.looseObject(ending);

/** What `make` gives, made at its first use. */
const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** Throws `BadInput` for weights that are stored as codes of a quantisation. */
const checkPrecision = ({ quantization_config: given }: { readonly [key: string]: unknown }, where: string): void => {
  if (given === undefined || given === null) return;
  const { quant_method: method = 'unknown' } = Object(given) as { readonly quant_method?: unknown };
  throw new BadInput(
    `${where}: key "quantization_config": weights quantised by ${String(method)} are not read; ` +
      'save the model in float32, float16 or bfloat16',
  );
};

/** The tokens that a configuration says end a text; undefined where it says none. */
const endsOf = ({ eos_token_id: ends }: z.infer<typeof generationConfigSchema>): readonly number[] | undefined =>
  typeof ends === 'number' ? [ends] : (ends ?? undefined);

/**
 * A model from a folder that `openSource` reads: as transformers writes it, or with a GGUF file.
 * Reads headers only; `weights()` reads the tensors. Without tokenizer.json the model opens, and
 * `tokenize` throws. Throws `BadInput` for another architecture, a missing tensor or one whose
 * shape does not fit.
 */
export const openFamily = async (
  family: Family,
  name: string,
  folder: string,
  { pooling, lm, trainedHead: isTrained }: Choice,
): Promise<SavableModel | (SavableModel & LanguageModel)> => {
  const source = await openSource(folder);
  const { where, checkpoint, tokenizer } = source;
  const config = checkJson(source.config, configSchema, where);
  const generation = checkJson(source.generation ?? {}, generationConfigSchema, join(folder, GENERATION_CONFIG));
  if (config.model_type !== family.modelType)
    throw new BadInput(
      `${where}: key "model_type" is "${config.model_type}"; the model ${name} needs "${family.modelType}"` +
        ' (lab list models shows the families)',
    );
  checkSizes(config, where);
  checkPrecision(config, where);
  // A file that holds both tables has two, whatever the configuration says, as in transformers.
  const apart = checkpoint.shapeOf('lm_head.weight') ? { tie_word_embeddings: false } : {};
  const anatomy = family.describe({ ...config, ...apart }, { pooling, lm }, where);
  const classHead = family.classHeads?.[pooling];
  const inHead = ({ name: tensor }: FrozenTensor) =>
    isTrained && (classHead?.before.some((path) => tensor.startsWith(`${path}.`)) ?? false);
  const frozen = anatomy.tensors.filter((spec) => !inHead(spec));
  checkTensors(checkpoint, frozen, family.prefix);
  const trained =
    isTrained && classHead ? trainedHeadOf(source, family, anatomy, anatomy.tensors.filter(inHead)) : undefined;
  const { width, layers, maxTokens, causal, norms, linears, sites, encode, pool, lmHead } = anatomy;
  const rows = typeof config.vocab_size === 'number' ? config.vocab_size : Infinity;
  const windows = once(() => (tokenizer ? openWindows(tokenizer, reading) : missing()));
  const reading = { maxTokens, types: anatomy.segments > 1, rows };
  const missing = (): never => {
    throw new BadInput(`no such file: ${join(folder, 'tokenizer.json')}`);
  };
  const model: SavableModel = {
    name,
    width,
    layers,
    maxTokens,
    causal,
    ...(norms ? { norms } : {}),
    linears,
    tensors: frozen,
    sites,
    encode,
    pool,
    weights: () => loadTensors(checkpoint, frozen, family.prefix),
    eachWeight: () => eachTensor(checkpoint, frozen, family.prefix),
    tokenize: tokenizer ? openTokenizer(tokenizer, reading) : missing,
    windows: (...asked) => windows()(...asked),
    pairs: family.pairs,
    prefix: family.prefix,
    spanHead: family.spanHead ?? false,
    ...(classHead ? { classHead } : {}),
    ...(trained ? { trainedHead: trained } : {}),
    save: (folder, weights, head) =>
      saveCheckpoint(source, { tensors: frozen, prefix: family.prefix }, weights, { folder, head }),
  };
  if (lmHead === undefined) return model;
  const head = anatomy.tensors.find((spec) => spec.name === lmHead);
  const vocabulary = itemAt(present(head, `tensor ${lmHead}`).shape, 0);
  const ends = endsOf(generation) ?? endsOf(config) ?? [];
  const [end] = endsOf(config) ?? ends;
  const texts = tokenizer ? openTexts(tokenizer, rows) : { encodeBare: missing, decode: missing };
  const unbounded = tableLogits(lmHead);
  const { logitsCap } = anatomy;
  const logits: LanguageModel['logits'] =
    logitsCap === undefined ? unbounded : (forward, hidden) => as3d(capped(unbounded(forward, hidden), logitsCap));
  return { ...model, vocabulary, logits, end, ends, ...texts };
};
