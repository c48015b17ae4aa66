import type { FrozenTensor } from '@lab/adapter';
import { join } from 'node:path';
import { transposed, type Float32HostArray } from '@lab/engine';
import { readText, writeWhole } from '@lab/records';
import { jsonLike } from '../checkpoint/json.ts';
import { writeTensors, type Outgoing } from '../checkpoint/write.ts';
import type { HeadFile } from '../savable.ts';
import { storedName } from './load.ts';
import type { Source } from './source.ts';

/**
 * Writes a folder that transformers loads: config.json (in float32), the tokenizer's files, and
 * model.safetensors with `weights` under the names and in the layout of the checkpoint they were
 * read from. Tensors that the model does not use (another head) are kept as they were, unless
 * `head` takes their place.
 */
export const saveCheckpoint = async (
  { checkpoint, config, where, saveTokenizer }: Source,
  { tensors, prefix }: { readonly tensors: readonly FrozenTensor[]; readonly prefix: string },
  weights: { readonly [name: string]: Float32HostArray },
  { folder, head }: { readonly folder: string; readonly head: HeadFile | undefined },
): Promise<void> => {
  const ours = tensors.map((spec): Outgoing => {
    const name = storedName(checkpoint, spec.name, prefix);
    const data = weights[spec.name]?.data;
    if (name === undefined || !data) throw new Error(`no weight named ${spec.name}`);
    const [, dOut = 1] = spec.shape;
    return {
      // Beside a head every name is that of the class which has one.
      name: head ? spec.name : name,
      shape: checkpoint.shapeOf(name) ?? [],
      make: () => (spec.stored === 'transposed' ? transposed(data, dOut) : data),
    };
  });
  const fresh = Object.entries(head?.tensors ?? {}).map(([name, { shape, data }]): Outgoing => ({
    name,
    shape,
    make: () => data,
  }));
  const written = new Set([...ours, ...fresh].map(({ name }) => name));
  const others = await Promise.all(
    checkpoint.names
      .filter((name) => !head && !written.has(name) && checkpoint.readable(name))
      .map(async (name): Promise<Outgoing> => {
        const data = await checkpoint.read(name);
        return { name, shape: checkpoint.shapeOf(name) ?? [], make: () => data };
      }),
  );
  writeTensors(join(folder, 'model.safetensors'), [...ours, ...fresh, ...others]);
  const original = where.endsWith('.json') ? (readText(where) ?? '') : '';
  const own = { ...config, dtype: 'float32', torch_dtype: 'float32', ...head?.config };
  writeWhole(join(folder, 'config.json'), jsonLike(own, original));
  saveTokenizer(folder);
};
