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
  /** Whether it belongs to a model that writes. */
  readonly writes: boolean;
}

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

const usage = z.looseObject({ lora_dropout: z.number().min(0).lt(1).catch(0), task_type: z.unknown() });

/**
 * How the adapter was used. Nothing that is read depends on it: what is strange counts as absent.
 */
const usageIn = (config: string): Pick<PeftFolder, 'dropout' | 'writes'> => {
  try {
    const { lora_dropout, task_type } = usage.parse(JSON.parse(config));
    return { dropout: lora_dropout, writes: task_type === 'CAUSAL_LM' };
  } catch {
    return { dropout: 0, writes: false };
  }
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
  return {
    folder,
    config,
    tensors: needBytes(join(folder, tensorsName), advice, Infinity),
    ...usageIn(config),
  };
};
