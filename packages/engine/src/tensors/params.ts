import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../host.ts';
import { as1d } from './rank.ts';

/**
 * Named tensors: `layer.0.attention.query.lora_A` -> tensor. Never mutated; a step makes a new
 * record.
 */
export type Params = { readonly [name: string]: tf.Tensor };

/** Where one named tensor lies in a flat vector. */
export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/**
 * The order of named tensors in a flat vector: parameters and moments are found by name, never by
 * position.
 */
export interface Layout {
  readonly slots: readonly Slot[];
  readonly size: number;
}

/** Lays named shapes end to end. Throws when a name repeats. */
export const layoutOf = (specs: readonly { readonly name: string; readonly shape: readonly number[] }[]): Layout => {
  const names = new Set(specs.map((spec) => spec.name));
  if (names.size !== specs.length) throw new Error('two parameters share a name');
  let size = 0;
  const slots = specs.map(({ name, shape }) => {
    const slot = { name, shape, offset: size, size: sizeOf(shape) };
    size += slot.size;
    return slot;
  });
  return { slots, size };
};

/**
 * Named tensors from a flat vector [size]. Differentiable: the gradient of the vector is the named
 * gradients end to end.
 */
export const unpack = (layout: Layout, flat: tf.Tensor1D): Params => {
  if (layout.slots.length === 0) return {};
  const parts =
    layout.slots.length === 1
      ? [flat]
      : tf.split(
          flat,
          layout.slots.map((slot) => slot.size),
          0,
        );
  return Object.fromEntries(layout.slots.map((slot, i) => [slot.name, tf.reshape(parts[i]!, [...slot.shape])]));
};

/** The flat vector [size] of named tensors. Throws for a missing name. */
export const pack = (layout: Layout, params: Params): tf.Tensor1D => {
  const parts = layout.slots.map((slot) => {
    const found = params[slot.name];
    if (!found) throw new Error(`no parameter named ${slot.name}`);
    return as1d(tf.reshape(found, [slot.size]));
  });
  return parts.length === 1 ? parts[0]! : tf.concat1d(parts);
};

/**
 * The part of a host vector that belongs to `name`; a view, not a copy. Throws for an unknown name.
 */
export const viewOf = (layout: Layout, flat: Float32Array, name: string): Float32Array => {
  const slot = layout.slots.find((s) => s.name === name);
  if (!slot) throw new Error(`no parameter named ${name}`);
  return flat.subarray(slot.offset, slot.offset + slot.size);
};
