import { BadInput } from '@lab/records';
import type { Float32HostArray } from '@lab/engine';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';

/** What PEFT puts before every name of the model. */
export const PREFIX = 'base_model.model.';

/**
 * Rows (`axis` 0) or columns (`axis` 1) of a matrix at the places that were kept, zeros at the
 * others.
 */
const spread = ({ data, shape }: Float32HostArray, kept: readonly boolean[], axis: 0 | 1): Float32HostArray => {
  const [height = 0, width = 0] = shape;
  const [rows, columns] = axis === 0 ? [kept.length, width] : [height, kept.length];
  const places = kept.flatMap((keep, place) => (keep ? [place] : []));
  const wide = new Float32Array(rows * columns);
  data.forEach((value, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const place = places[axis === 0 ? row : column] ?? NaN;
    wide[axis === 0 ? place * columns + column : row * columns + place] = value;
  });
  return { dtype: 'float32', shape: [rows, columns], data: wide };
};

/**
 * The tensors of a pruned AdaLoRA with every triplet back in its place, pruned ones zero: the
 * update is the same, since PEFT goes on dividing by the rank at the start. `kept` is the config's
 * `rank_pattern`. Throws `BadInput` where a tensor does not have as many ranks.
 */
export const withPruned = (
  adapter: Adapter,
  tensors: HostParams,
  kept: { readonly [name: string]: readonly boolean[] },
  where: string,
): HostParams => {
  const wide = adapter.targets.flatMap(({ path }) => {
    const keep = kept[`${path}.lora_E`];
    if (!keep) return [];
    const count = keep.filter(Boolean).length;
    return (['lora_A', 'lora_B', 'lora_E'] as const).flatMap((part): (readonly [string, Float32HostArray])[] => {
      const key = `${PREFIX}${path}.${part}`;
      const axis = part === 'lora_B' ? 1 : 0;
      const tensor = tensors[key];
      if (!tensor || tensor.shape[axis] === keep.length) return [];
      if (tensor.shape.length !== 2 || tensor.shape[axis] !== count)
        throw new BadInput(
          `${where}: tensor ${key} is [${tensor.shape.join(', ')}]; rank_pattern keeps ${count} ranks`,
        );
      return [[key, spread(tensor, keep, axis)]];
    });
  });
  return { ...tensors, ...Object.fromEntries(wide) };
};
