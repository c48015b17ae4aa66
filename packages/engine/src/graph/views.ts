import type { DType } from '../engine.ts';
import { sizeOf } from '../host.ts';
import { intsOf, nodeOf, type ElementType, type Graph, type Value } from './graph.ts';
import { padLeft, reshapeBroadcast, sameShape, type Shape } from './shapes.ts';

/*
 * Constants and views. A broadcast is lazy: it is an `Expand` node that the next operator looks
 * through, so the full-size ones and zeros that gradients of Sum, Mean and where make never exist.
 */

/** A list of int64, as ONNX wants shapes and axes. */
export const wholeNumbersOf = (g: Graph, values: Shape): Value =>
  g.constant(
    'int64',
    [values.length],
    BigInt64Array.from(values, (value) => BigInt(value)),
  );

/** A scalar constant. */
export function scalarValue(g: Graph, value: number, dtype: ElementType = 'float32'): Value {
  const data =
    dtype === 'float32'
      ? Float32Array.of(value)
      : dtype === 'int32'
        ? Int32Array.of(value)
        : dtype === 'bool'
          ? Uint8Array.of(value ? 1 : 0)
          : BigInt64Array.of(BigInt(value));
  return g.constant(dtype, [], data);
}

/** A constant of any shape; one number repeated becomes a stretched scalar. */
export function literal(g: Graph, dtype: DType, shape: Shape, data: Float32Array | Int32Array | Uint8Array): Value {
  if (data.length > 0 && isUniform(data)) {
    return expand(g, scalarValue(g, data[0]!, dtype), shape);
  }
  return g.constant(dtype, shape, data.slice());
}

/** Whether all elements have the same bits: the bytes equal themselves, shifted by one element. */
function isUniform(data: Float32Array | Int32Array | Uint8Array): boolean {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const width = data.BYTES_PER_ELEMENT;
  return bytes.subarray(width).equals(bytes.subarray(0, -width));
}

/** What a value is before it was stretched; the value itself when it was not. */
export function unstretched(x: Value): Value {
  const node = nodeOf(x);
  return node?.op === 'Expand' ? node.inputs[0]! : x;
}

/** The number that every element of a constant has, or undefined. */
export function singleValue(x: Value): number | undefined {
  const { def } = unstretched(x);
  return def.kind === 'constant' && def.data.length === 1 ? Number(def.data[0]) : undefined;
}

/** Stretches `x` to `shape` (NumPy broadcasting). */
export function expand(g: Graph, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const source = unstretched(x);
  const stretched = g.emit('Expand', [source, wholeNumbersOf(g, shape)], { dtype: x.dtype, shape });
  // Nothing looks through an Identity.
  return g.does('lazy') ? stretched : g.emit('Identity', [stretched], { dtype: x.dtype, shape });
}

/** Same numbers in another shape. */
export function reshape(g: Graph, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.def.kind === 'constant') return g.constant(x.dtype, shape, x.def.data);
  const node = nodeOf(x);
  if (node?.op === 'Reshape') return reshape(g, node.inputs[0]!, shape);
  if (node?.op === 'Expand') {
    const source = node.inputs[0]!;
    const before = padLeft(source.shape, x.shape.length);
    const after = reshapeBroadcast(before, x.shape, shape);
    if (after) return expand(g, reshape(g, source, after), shape);
  }
  return g.emit('Reshape', [x, wholeNumbersOf(g, shape)], { dtype: x.dtype, shape });
}

/**
 * Reorders axes: axis i of the result is axis perm[i] of `x`. Moving axes of length 1 is only a
 * reshape.
 */
export function transpose(g: Graph, x: Value, perm: readonly number[]): Value {
  const node = nodeOf(x);
  if (node?.op === 'Transpose') {
    const first = intsOf(node, 'perm');
    return transpose(
      g,
      node.inputs[0]!,
      perm.map((axis) => first[axis]!),
    );
  }
  const shape = perm.map((axis) => x.shape[axis]!);
  const long = perm.filter((axis) => x.shape[axis] !== 1);
  if (long.every((axis, i) => i === 0 || axis > long[i - 1]!)) return reshape(g, x, shape);
  if (node?.op === 'Expand') {
    const source = node.inputs[0]!;
    return expand(g, transpose(g, reshape(g, source, padLeft(source.shape, x.shape.length)), perm), shape);
  }
  return g.emit('Transpose', [x], { dtype: x.dtype, shape }, { perm: { ints: perm } });
}

/**
 * Part of a value: `size[i]` elements of axis i from `begin[i]`, every `step[i]`-th, backwards when
 * negative.
 */
export function slice(g: Graph, x: Value, begin: Shape, end: Shape, steps: Shape, shape: Shape): Value {
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => steps[axis] !== 1 || begin[axis] !== 0 || end[axis] !== x.shape[axis]);
  if (axes.length === 0) return x;
  const pick = (list: Shape): Value =>
    wholeNumbersOf(
      g,
      axes.map((axis) => list[axis]!),
    );
  return g.emit('Slice', [x, pick(begin), pick(end), wholeNumbersOf(g, axes), pick(steps)], { dtype: x.dtype, shape });
}

/**
 * Most tensors one operator may join or make: a WebGPU shader is sure of eight buffers, one of them
 * the whole.
 */
export const FAN = 7;

/** A long list in at most FAN even groups, to be joined or split in rounds. */
export function slicesOf<T>(list: readonly T[]): readonly (readonly T[])[] {
  const size = Math.ceil(list.length / FAN);
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** Joins values along an axis. */
export function concat(g: Graph, parts: readonly Value[], axis: number): Value {
  const full = parts.filter((part) => sizeOf(part.shape) > 0);
  const first = full[0] ?? parts[0]!;
  if (full.length <= 1) return first;
  if (full.length > FAN)
    return concat(
      g,
      slicesOf(full).map((group) => concat(g, group, axis)),
      axis,
    );
  const shape = first.shape.map((dim, i) => (i === axis ? full.reduce((sum, part) => sum + part.shape[i]!, 0) : dim));
  return g.emit('Concat', full, { dtype: first.dtype, shape }, { axis: { int: axis } });
}
