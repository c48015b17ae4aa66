import { join } from 'node:path';
import { sizeOf } from '@lab/engine';
import { normal, type Key } from '@lab/random';
import { copyWhole, present, writeWhole } from '@lab/records';
import { embeddedGptFolder } from '../embedded-gpt/index.ts';
import type { FrozenTensor } from '@lab/adapter';
import { publicConfigs } from '../families/public-configs.ts';
import { publicAnatomy } from '../skeleton.ts';
import { writeTensors } from './write.ts';

/** Numbers that are drawn; longer tensors repeat them. */
const drawn = 2 ** 18;
const spread = 0.02;

/** How a tensor lies in the file: a linear map as [d_out, d_in]. */
const storedShape = ({ shape, stored }: FrozenTensor): readonly number[] =>
  stored === 'transposed' ? [...shape].reverse() : shape;

/** Norms start at one, biases at zero, all else at small random numbers. */
const fill = ({ name, shape }: FrozenTensor, numbers: Float32Array): Float32Array => {
  const data = new Float32Array(sizeOf(shape));
  if (shape.length === 1) return name.endsWith('.weight') ? data.fill(1) : data;
  for (let at = 0; at < data.length; at += numbers.length)
    data.set(numbers.subarray(0, Math.min(numbers.length, data.length - at)), at);
  return data;
};

/**
 * Writes a checkpoint with the real shapes of a published model and random weights: for timing and
 * memory, never for scores. Its tokenizer is that of the embedded decoder, of 2048 words.
 */
export const writeRandomCheckpoint = async (name: string, lm: boolean, folder: string, key: Key): Promise<void> => {
  const { anatomy, prefix } = publicAnatomy(name, lm);
  const numbers = normal(key, drawn).map((x) => spread * x);
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyWhole(join(embeddedGptFolder, file), join(folder, file));
  writeWhole(join(folder, 'config.json'), `${JSON.stringify(present(publicConfigs[name], name), null, 2)}\n`);
  writeTensors(
    join(folder, 'model.safetensors'),
    anatomy.tensors.map((spec) => ({
      name: spec.name.startsWith(prefix) ? spec.name : `${prefix}${spec.name}`,
      shape: storedShape(spec),
      make: () => fill(spec, numbers),
    })),
  );
};
