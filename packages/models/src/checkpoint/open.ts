import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { FLOAT_BYTES, toFloat32 } from '@lab/engine';
import { BadInput } from '@lab/records';
import { z } from 'zod';
import { readHeader, readRange, type TensorPlace } from './header.ts';
import { readJsonFile } from './json.ts';

/** The tensors of a checkpoint folder; nothing but headers is in memory. */
export interface WeightFiles {
  readonly folder: string;
  readonly names: readonly string[];
  /** Shape as stored, or undefined when there is no such tensor. */
  readonly shapeOf: (name: string) => readonly number[] | undefined;
  /** Whether its number type is one that `read` converts. */
  readonly readable: (name: string) => boolean;
  /**
   * One tensor, read by range and converted to float32. Throws `BadInput` for an unsupported type,
   * a file that ends early, or a value that is not finite.
   */
  readonly read: (name: string) => Promise<Float32Array>;
}

const SINGLE = 'model.safetensors';
const INDEX = `${SINGLE}.index.json`;
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string().regex(/^[^/\\]+$/)) });

/** A sentence that says how to turn a checkpoint of pickled tensors into safetensors. */
const conversion = (folder: string): string => {
  const quoted = JSON.stringify(folder);
  const lines = [
    'import transformers as t',
    `f = ${quoted}`,
    'c = t.AutoConfig.from_pretrained(f)',
    'getattr(t, c.architectures[0]).from_pretrained(f).save_pretrained(f)',
    't.AutoTokenizer.from_pretrained(f).save_pretrained(f)',
  ];
  return `${folder}: pytorch_model.bin is a pickle and is not read; convert it once in Python: ${lines.join('; ')}`;
};

const places = async (folder: string): Promise<ReadonlyMap<string, TensorPlace>> => {
  if (existsSync(join(folder, SINGLE))) return readHeader(join(folder, SINGLE));
  const pickled = ['pytorch_model.bin', 'pytorch_model.bin.index.json'].some((name) => existsSync(join(folder, name)));
  if (pickled && !existsSync(join(folder, INDEX))) throw new BadInput(conversion(folder));
  if (!existsSync(join(folder, INDEX)))
    throw new BadInput(`no such file: ${join(folder, SINGLE)} (nor ${INDEX} for a sharded checkpoint)`);
  const { weight_map } = await readJsonFile(join(folder, INDEX), indexSchema);
  const shards = [...new Set(Object.values(weight_map))];
  const headers = new Map(await Promise.all(shards.map(async (s) => [s, await readHeader(join(folder, s))] as const)));
  return new Map(
    Object.entries(weight_map).map(([name, shard]) => {
      const place = headers.get(shard)!.get(name);
      if (!place) throw new BadInput(`${join(folder, shard)}: tensor ${name}, which ${INDEX} names, is missing`);
      return [name, place];
    }),
  );
};

/**
 * Opens `model.safetensors`, or the shards that `model.safetensors.index.json` lists. Throws
 * `BadInput` for a missing, broken or cut-off file, naming file and tensor.
 */
export const openCheckpoint = async (folder: string): Promise<WeightFiles> => {
  const tensors = await places(folder);
  return {
    folder,
    names: [...tensors.keys()],
    shapeOf: (name) => tensors.get(name)?.shape,
    readable: (name) => FLOAT_BYTES[tensors.get(name)?.dtype ?? ''] !== undefined,
    read: async (name) => {
      const place = tensors.get(name);
      if (!place) throw new BadInput(`${folder}: tensor ${name} is missing`);
      if (FLOAT_BYTES[place.dtype] === undefined)
        throw new BadInput(
          `${place.file}: tensor ${name} has type ${place.dtype}; allowed: ${Object.keys(FLOAT_BYTES).join(', ')}`,
        );
      const handle = await open(place.file);
      try {
        const values = toFloat32(await readRange(handle, place.file, place.from, place.to - place.from), place.dtype);
        const bad = values.findIndex((value) => !Number.isFinite(value));
        if (bad >= 0) throw new BadInput(`${place.file}: tensor ${name} holds ${values[bad]} at ${bad}`);
        return values;
      } finally {
        await handle.close();
      }
    },
  };
};
