import type { FrozenTensor } from '@lab/adapter';
import { BadInput } from '@lab/records';
import { floats, transposed, type Float32HostArray } from '@lab/engine';
import type { WeightFiles } from '../checkpoint/open.ts';

/**
 * Names under which a tensor may be stored: as ours, without the base model's prefix, and with the
 * old words for a norm's tensors.
 */
const storedNames = (name: string, prefix: string): readonly string[] => {
  const bare = name.startsWith(prefix) ? [name, name.slice(prefix.length)] : [name];
  const old = (n: string) =>
    n.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta');
  return [...bare, ...bare.map(old)];
};

/** The name under which a checkpoint has a tensor, or undefined. */
export const storedName = (checkpoint: WeightFiles, name: string, prefix: string): string | undefined =>
  storedNames(name, prefix).find((candidate) => checkpoint.shapeOf(candidate) !== undefined);

/**
 * The name under which a checkpoint has a tensor in its right shape. Throws `BadInput` with both
 * shapes otherwise.
 */
const findTensor = (checkpoint: WeightFiles, { name, shape, stored }: FrozenTensor, prefix: string): string => {
  const key = storedName(checkpoint, name, prefix);
  if (key === undefined) {
    const hint = /pooler|classifier/.test(name) ? '; choose another "pooling", such as cls or mean' : '';
    throw new BadInput(`${checkpoint.folder}: tensor ${name} is missing${hint}`);
  }
  const given = checkpoint.shapeOf(key) ?? [];
  const expected = stored === 'transposed' ? [...shape].reverse() : shape;
  if (given.join() !== expected.join())
    throw new BadInput(
      `${checkpoint.folder}: tensor ${key} has shape [${given.join(', ')}]; ` +
        `config.json asks for [${expected.join(', ')}]`,
    );
  return key;
};

/**
 * Checks that a checkpoint holds every tensor in its shape, from headers alone. Throws `BadInput`
 * with the tensor's name and both shapes.
 */
export const checkTensors = (checkpoint: WeightFiles, tensors: readonly FrozenTensor[], prefix: string): void =>
  tensors.forEach((spec) => findTensor(checkpoint, spec, prefix));

/** Tensors as float32 under the model's names, one after the other: none is kept here. */
export async function* eachTensor(
  checkpoint: WeightFiles,
  tensors: readonly FrozenTensor[],
  prefix: string,
): AsyncGenerator<readonly [name: string, array: Float32HostArray]> {
  for (const spec of tensors) {
    const data = await checkpoint.read(findTensor(checkpoint, spec, prefix));
    const [dIn = 1] = spec.shape;
    yield [spec.name, floats(spec.stored === 'transposed' ? transposed(data, dIn) : data, spec.shape)];
  }
}

/** Tensors by name: at most one is in memory twice. */
export const loadTensors = async (
  checkpoint: WeightFiles,
  tensors: readonly FrozenTensor[],
  prefix: string,
): Promise<{ readonly [name: string]: Float32HostArray }> => {
  const weights: { [name: string]: Float32HostArray } = {};
  for await (const [name, array] of eachTensor(checkpoint, tensors, prefix)) weights[name] = array;
  return weights;
};
