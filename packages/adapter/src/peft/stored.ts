import { floats, transposed, type Float32HostArray } from '@lab/engine';
import type { Adapter, ParamSpec } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import type { FrozenTensor } from '../model.ts';
import { floatsAt } from '../named.ts';
import { deltaOf } from '../whole.ts';
import type { PeftForm } from './form.ts';
import { PREFIX } from './pruned.ts';

/** How one parameter lies in adapter_model.safetensors. */
export interface StoredParam {
  readonly name: string;
  readonly key: string;
  readonly shape: readonly number[];
  /** From our values to those of the file, and back. */
  readonly written: (ours: Float32HostArray) => Float32HostArray;
  readonly read: (stored: Float32HostArray) => Float32HostArray;
}

const moved = (array: Float32HostArray, offset: Float32Array, sign: 1 | -1): Float32HostArray =>
  floats(
    array.data.map((x, i) => x + sign * (offset[i] ?? NaN)),
    array.shape,
  );

const same = (array: Float32HostArray): Float32HostArray => array;

/** A matrix turned over: [rows, columns] -> [columns, rows]. */
const turned = ({ data, shape: [rows = 1, columns = 1] }: Float32HostArray): Float32HostArray =>
  floats(transposed(data, columns), [columns, rows]);

/** A weight that is trained whole: PEFT stores it, ours is the difference to the frozen one. */
const storedWhole = (tensor: FrozenTensor, isTarget: boolean, weights: HostParams): StoredParam => {
  const { name, shape } = tensor;
  const isTurned = tensor.stored === 'transposed';
  const frozen = floatsAt(weights, name);
  return {
    name: deltaOf(name),
    key: `${PREFIX}${isTarget ? name.replace(/bias$/, 'base_layer.bias') : name}`,
    shape: isTurned ? [...shape].reverse() : shape,
    written: (ours) => (isTurned ? turned : same)(moved(ours, frozen, 1)),
    read: (stored) => moved(isTurned ? turned(stored) : stored, frozen, -1),
  };
};

/** PEFT's form of an adapter; undefined where PEFT has none, or none on a part of a fused map. */
export const formOf = ({ peft, targets }: Adapter): PeftForm | undefined =>
  targets.some(({ within }) => within) ? undefined : peft;

/**
 * Whether what PEFT stores of an adapter is more than our parameters, and needs the frozen weights.
 */
export const needsWeights = (adapter: Adapter): boolean =>
  formOf(adapter)?.offset !== undefined || adapter.whole !== undefined;

/** Every parameter under our own name, as runs keep them. */
export const storedOwn = ({ params }: Adapter): readonly StoredParam[] =>
  params.map(({ name, shape }) => ({ name, key: `${PREFIX}${name}`, shape, written: same, read: same }));

/**
 * How PEFT stores every parameter of an adapter that it has; under our own names for one that it
 * does not have. `weights` are the frozen ones, for adapters that need them.
 */
export const storedParams = (adapter: Adapter, weights: HostParams = {}): readonly StoredParam[] => {
  const { whole = [], targets, params } = adapter;
  const peft = formOf(adapter);
  if (!peft) return storedOwn(adapter);
  const wholes = new Map(whole.map((tensor) => [deltaOf(tensor.name), tensor]));
  const isTarget = ({ name }: FrozenTensor) => targets.some(({ path }) => name === `${path}.bias`);
  return params.map(({ name, shape }: ParamSpec): StoredParam => {
    const tensor = wholes.get(name);
    if (tensor) return storedWhole(tensor, isTarget(tensor), weights);
    const offset = peft.offset?.(name, weights);
    return {
      name,
      key: `${PREFIX}${peft.key(name)}`,
      shape,
      written: (ours) => (offset ? moved(ours, offset, 1) : ours),
      read: (stored) => (offset ? moved(stored, offset, -1) : stored),
    };
  });
};
