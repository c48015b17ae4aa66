import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ADAPTER_FILES, BadInput, needBytes } from '@lab/records';
import { z } from 'zod';

/** A folder as PEFT saves an adapter. */
export interface PeftFolder {
  readonly folder: string;
  /** Text of adapter_config.json. */
  readonly config: string;
  /** Bytes of adapter_model.safetensors. */
  readonly tensors: Uint8Array;
  /** Dropout of the input of the pairs while it was trained. */
  readonly dropout: number;
  /** What its outputs are; undefined where the config leaves it to the model. */
  readonly outputs: OutputKind | undefined;
}

/** Classes of a text, next tokens, or the ends of a span. */
export type OutputKind = 'classes' | 'tokens' | 'span';

const conversion = (folder: string): string => {
  const quoted = JSON.stringify(folder);
  const lines = [
    'import torch, safetensors.torch as s',
    `f = ${quoted}`,
    "t = torch.load(f + '/adapter_model.bin', map_location='cpu', weights_only=True)",
    "s.save_file({k: v.contiguous() for k, v in t.items()}, f + '/adapter_model.safetensors')",
  ];
  return `${folder}: adapter_model.bin is a pickle and is not read; convert it once in Python: ${lines.join('; ')}`;
};

const parsedOr = (text: string, otherwise: object): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
};

const usage = z.looseObject({
  lora_dropout: z.number().min(0).lt(1).catch(0),
  task_type: z.unknown(),
  modules_to_save: z.array(z.string()).nullish().catch(null),
});

/** PEFT's words for a task, with what a model for it puts out. */
const TASKS: { readonly [type: string]: OutputKind } = {
  SEQ_CLS: 'classes',
  CAUSAL_LM: 'tokens',
  QUESTION_ANS: 'span',
};

/** What an adapter without a task's name puts out, as far as the modules saved with it tell. */
const outputsBy = (modules: readonly string[]): OutputKind | undefined => {
  if (modules.includes('qa_outputs')) return 'span';
  return modules.some((module) => module === 'classifier' || module === 'score') ? 'classes' : undefined;
};

/**
 * How the adapter was used. A strange file counts as one that does not say: reading it says what is
 * wrong. Throws `BadInput` for a task that no model here has.
 */
const usageIn = (config: string, where: string): Pick<PeftFolder, 'dropout' | 'outputs'> => {
  const { data } = usage.safeParse(parsedOr(config, {}));
  const { lora_dropout: dropout = 0, task_type: type, modules_to_save: modules } = data ?? {};
  if (type === undefined || type === null || type === '') return { dropout, outputs: outputsBy(modules ?? []) };
  const outputs = TASKS[String(type)];
  if (outputs !== undefined) return { dropout, outputs };
  throw new BadInput(
    `${where}: key "task_type" is ${JSON.stringify(type)}; allowed: ${Object.keys(TASKS).join(', ')}, null`,
  );
};

/**
 * Reads PEFT's two files. Throws `BadInput` for a folder that lacks one, with what to do about it.
 */
export const readPeftFolder = (folder: string): PeftFolder => {
  const [configName, tensorsName] = ADAPTER_FILES;
  if (!existsSync(join(folder, tensorsName)) && existsSync(join(folder, 'adapter_model.bin')))
    throw new BadInput(conversion(folder));
  const advice = 'name a folder that save_pretrained of PEFT has written';
  const config = needBytes(join(folder, configName), advice).toString('utf8');
  const used = usageIn(config, join(folder, configName));
  return { folder, config, tensors: needBytes(join(folder, tensorsName), advice, Infinity), ...used };
};
