import type { DType } from '../engine.ts';
import { sizeOf } from '../host.ts';
import { nodeOf, type Attrs, type ElementType, type Graph, type Value } from './graph.ts';
import { broadcast, normalAxes, padLeft, reduced, reshapeBroadcast, sameShape, type Shape } from './shapes.ts';

/**
 * Builders that simplify while they record. A broadcast is lazy: it is an `Expand` node that the next operator looks
 * through, so the full-size ones and zeros that gradients of Sum, Mean and where make never exist.
 */

const ints = (g: Graph, values: Shape): Value =>
  g.constant(
    'int64',
    [values.length],
    BigInt64Array.from(values, (value) => BigInt(value)),
  );

/** A scalar constant. */
export function scalar(g: Graph, value: number, dtype: ElementType = 'float32'): Value {
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
  if (data.length > 0 && data.every((value) => Object.is(value, data[0]))) {
    return expand(g, scalar(g, data[0]!, dtype), shape);
  }
  return g.constant(dtype, shape, data.slice());
}

/** What a value is before it was stretched; the value itself when it was not. */
export function unstretched(x: Value): Value {
  const node = nodeOf(x);
  return node?.op === 'Expand' ? node.inputs[0]! : x;
}

/** The number that every element of a constant has, or undefined. */
export function uniform(x: Value): number | undefined {
  const { def } = unstretched(x);
  return def.kind === 'constant' && def.data.length === 1 ? Number(def.data[0]) : undefined;
}

/** Stretches `x` to `shape` (NumPy broadcasting). */
export function expand(g: Graph, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const source = unstretched(x);
  return g.emit('Expand', [source, ints(g, shape)], { dtype: x.dtype, shape });
}

/** An elementwise operator of one operand. */
export function unary(g: Graph, op: string, x: Value, attrs: Attrs = {}, dtype: ElementType = x.dtype): Value {
  const source = unstretched(x);
  return expand(g, g.emit(op, [source], { dtype, shape: source.shape }, attrs), x.shape);
}

/** An elementwise operator of several operands with broadcasting, recorded at the smallest shape that gives all numbers. */
export function elementwise(g: Graph, op: string, operands: readonly Value[], dtype: ElementType): Value {
  const shape = broadcast(...operands.map((x) => x.shape));
  const sources = operands.map(unstretched);
  const small = broadcast(...sources.map((x) => x.shape));
  return expand(g, g.emit(op, sources, { dtype, shape: small }), shape);
}

/** Converts the element type; float to int truncates, anything but 0 is true. */
export function cast(g: Graph, x: Value, dtype: ElementType): Value {
  if (x.dtype === dtype) return x;
  const known = uniform(x);
  if (known !== undefined && dtype !== 'float64') {
    return expand(g, scalar(g, dtype === 'float32' || dtype === 'bool' ? known : Math.trunc(known), dtype), x.shape);
  }
  return unary(g, 'Cast', x, { to: { string: dtype } }, dtype);
}

/** Same numbers in another shape. */
export function reshape(g: Graph, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const node = nodeOf(x);
  if (node?.op === 'Reshape') return reshape(g, node.inputs[0]!, shape);
  if (node?.op === 'Expand') {
    const source = node.inputs[0]!;
    const before = padLeft(source.shape, x.shape.length);
    const after = reshapeBroadcast(before, x.shape, shape);
    if (after) return expand(g, reshape(g, source, after), shape);
  }
  return g.emit('Reshape', [x, ints(g, shape)], { dtype: x.dtype, shape });
}

/** Reorders axes: axis i of the result is axis perm[i] of `x`. Moving axes of length 1 is only a reshape. */
export function transpose(g: Graph, x: Value, perm: readonly number[]): Value {
  const node = nodeOf(x);
  if (node?.op === 'Transpose') {
    const first = permOf(node.attrs);
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

/** The permutation of a Transpose node. */
export function permOf(attrs: Attrs): readonly number[] {
  return (attrs['perm'] as { ints: readonly number[] }).ints;
}

export type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd';

/** Reduces over axes (null: all). Over a stretched axis a sum is a product and the others are nothing at all. */
export function reduce(
  g: Graph,
  op: Reduction,
  x: Value,
  axis: number | readonly number[] | null,
  keepDims: boolean,
): Value {
  const axes = normalAxes(axis, x.shape.length);
  const shape = reduced(x.shape, axes, keepDims);
  const kept = reduced(x.shape, axes, true);
  const node = nodeOf(x);
  if (node?.op === 'Expand' && op !== 'ReduceProd') {
    const source = reshape(g, node.inputs[0]!, padLeft(node.inputs[0]!.shape, x.shape.length));
    const repeats = axes.filter((a) => source.shape[a] !== x.shape[a]).reduce((n, a) => n * x.shape[a]!, 1);
    const rest = axes.filter((a) => source.shape[a] !== 1);
    const small = rest.length > 0 ? reduce(g, op, source, rest, true) : source;
    const whole = op === 'ReduceSum' ? multiply(g, small, scalar(g, repeats, x.dtype)) : small;
    return reshape(g, expand(g, whole, kept), shape);
  }
  const real = axes.filter((a) => x.shape[a] !== 1);
  if (real.length === 0) return reshape(g, x, shape);
  const keep = real.length !== axes.length || keepDims;
  const out = g.emit(
    op,
    [x, ints(g, real)],
    { dtype: x.dtype, shape: reduced(x.shape, real, keep) },
    { keepdims: { int: Number(keep) } },
  );
  return reshape(g, out, shape);
}

const FOLD: { readonly [op: string]: (a: number, b: number) => number } = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** What an operation with a known number on one side is, when it is no work. */
function trivial(g: Graph, op: string, a: Value, b: Value, shape: Shape): Value | undefined {
  const [left, right] = [uniform(a), uniform(b)];
  if (left !== undefined && right !== undefined && a.dtype === 'float32') {
    return expand(g, scalar(g, Math.fround(FOLD[op]!(left, right))), shape);
  }
  const zero = (x: Value): Value => expand(g, scalar(g, 0, x.dtype), shape);
  if (op === 'Mul') {
    if (right === 1) return expand(g, a, shape);
    if (left === 1) return expand(g, b, shape);
    if (right === 0 || left === 0) return zero(a);
  }
  if (op === 'Add' && left === 0) return expand(g, b, shape);
  if ((op === 'Add' || op === 'Sub') && right === 0) return expand(g, a, shape);
  if (op === 'Div' && right === 1) return expand(g, a, shape);
  if (op === 'Div' && left === 0) return zero(a);
  return undefined;
}

/** Add, Sub, Mul or Div of two values of one type. A product with an exact 0 is 0, also where the other side is not finite. */
export function arithmetic(g: Graph, op: 'Add' | 'Sub' | 'Mul' | 'Div', a: Value, b: Value): Value {
  const shape = broadcast(a.shape, b.shape);
  return trivial(g, op, a, b, shape) ?? elementwise(g, op, [a, b], a.dtype);
}

export const add = (g: Graph, a: Value, b: Value): Value => arithmetic(g, 'Add', a, b);
export const subtract = (g: Graph, a: Value, b: Value): Value => arithmetic(g, 'Sub', a, b);
export const multiply = (g: Graph, a: Value, b: Value): Value => arithmetic(g, 'Mul', a, b);
export const divide = (g: Graph, a: Value, b: Value): Value => arithmetic(g, 'Div', a, b);

/** Picks `t` where the condition holds, else `e`. */
export function select(g: Graph, condition: Value, t: Value, e: Value): Value {
  const known = uniform(condition);
  const shape = broadcast(condition.shape, t.shape, e.shape);
  if (known !== undefined) return expand(g, known ? t : e, shape);
  return elementwise(g, 'Where', [condition, t, e], t.dtype);
}

/** Part of a value: `size[i]` elements of axis i from `begin[i]`, every `step[i]`-th, backwards when negative. */
export function slice(g: Graph, x: Value, begin: Shape, end: Shape, steps: Shape, shape: Shape): Value {
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => steps[axis] !== 1 || begin[axis] !== 0 || end[axis] !== x.shape[axis]);
  if (axes.length === 0) return x;
  const pick = (list: Shape): Value =>
    ints(
      g,
      axes.map((axis) => list[axis]!),
    );
  return g.emit('Slice', [x, pick(begin), pick(end), ints(g, axes), pick(steps)], { dtype: x.dtype, shape });
}

/** Most tensors one operator may join or make: a WebGPU shader is sure of eight buffers, one of them the whole. */
export const FAN = 7;

/** A long list in at most FAN even groups, to be joined or split in rounds. */
export function chunks<T>(list: readonly T[]): readonly (readonly T[])[] {
  const size = Math.ceil(list.length / FAN);
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** Joins values along an axis. */
export function concat(g: Graph, parts: readonly Value[], axis: number): Value {
  const full = parts.filter((part) => sizeOf(part.shape) > 0);
  const first = full[0] ?? parts[0]!;
  if (full.length <= 1) return first;
  if (full.length > FAN) return concat(g, chunks(full).map((group) => concat(g, group, axis)), axis); // prettier-ignore
  const shape = first.shape.map((dim, i) => (i === axis ? full.reduce((sum, part) => sum + part.shape[i]!, 0) : dim));
  return g.emit('Concat', full, { dtype: first.dtype, shape }, { axis: { int: axis } });
}

export { ints };
