import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BadInput } from '@lab/records';
import { z } from 'zod';
import { readRange } from '../checkpoint/header.ts';
import type { WeightFiles } from '../checkpoint/open.ts';
import type { TokenizerFiles } from '../tokens/files.ts';
import { readGgufHeader, type GgufHeader } from './header.ts';
import { halvesApart, llamaConfigOf, llamaName } from './llama.ts';
import { architectureOf, metadataOf } from './metadata.ts';
import { tokenizerOf } from './tokenizer.ts';

/** A GGUF file seen as a folder of transformers. */
export interface GgufModel {
  /** What config.json would hold. */
  readonly config: object;
  readonly checkpoint: WeightFiles;
  /** What the tokenizer's files would hold. Throws `BadInput` for a tokenizer that is not read. */
  readonly tokenizer: () => TokenizerFiles;
}

const token = z.number().int().min(0).optional();

const checkpointOf = (header: GgufHeader, heads: number, groups: number): WeightFiles => {
  const names = new Map([...header.tensors.keys()].map((stored) => [llamaName(stored) ?? stored, stored]));
  const tensorOf = (name: string) => header.tensors.get(names.get(name) ?? '');
  return {
    folder: dirname(header.file),
    names: [...names.keys()],
    shapeOf: (name) => tensorOf(name)?.shape,
    readable: (name) => tensorOf(name) !== undefined,
    read: async (name) => {
      const tensor = tensorOf(name);
      if (!tensor) throw new BadInput(`${header.file}: tensor ${name} is missing`);
      const { type, shape, from, to } = tensor;
      const handle = await open(header.file);
      try {
        const data = type.decode(await readRange(handle, header.file, from, to - from));
        const rotated = /\.self_attn\.([qk])_proj\./.exec(name)?.[1];
        if (rotated === undefined) return data;
        return halvesApart(data, rotated === 'q' ? heads : groups, shape[0] ?? 0);
      } finally {
        await handle.close();
      }
    },
  };
};

/**
 * Opens a GGUF file of a LLaMA: reads the header only, tensors when they are asked for, as float32.
 * Throws `BadInput` for a broken file, another architecture, or a part that the family does not
 * compute.
 */
export const openGguf = (file: string): GgufModel => {
  const header = readGgufHeader(file);
  const architecture = architectureOf(header);
  if (architecture !== 'llama') throw new BadInput(`${file}: its architecture is "${architecture}"; allowed: llama`);
  const sizes = llamaConfigOf(header);
  const ends = z.object({ bos_token_id: token, eos_token_id: token, padding_token_id: token });
  const { bos_token_id, eos_token_id, padding_token_id } = metadataOf(header, 'tokenizer.ggml.', ends);
  return {
    config: { ...sizes, bos_token_id, eos_token_id, pad_token_id: padding_token_id },
    checkpoint: checkpointOf(header, sizes.num_attention_heads, sizes.num_key_value_heads),
    tokenizer: () => tokenizerOf(header),
  };
};
