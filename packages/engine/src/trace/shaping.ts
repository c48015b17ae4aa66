import * as tf from '@tensorflow/tfjs';
import type { DType } from '../engine.ts';
import {
  slicesOf,
  concat,
  expand,
  FAN,
  wholeNumbersOf,
  literal,
  reshape,
  scalarValue,
  slice,
  transpose,
} from '../graph/algebra.ts';
import type { Graph, Value } from '../graph/graph.ts';
import type { Lowering } from './kernel.ts';

/** Where an axis given from either end lies. */
const from = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

function split(g: Graph, x: Value, sizes: readonly number[], axis: number): readonly Value[] {
  if (sizes.length === 1) return [x];
  if (sizes.length > FAN) {
    const groups = slicesOf(sizes);
    const parts = split(
      g,
      x,
      groups.map((group) => group.reduce((sum, size) => sum + size, 0)),
      axis,
    );
    return groups.flatMap((group, i) => split(g, parts[i]!, group, axis));
  }
  const types = sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((dim, i) => (i === axis ? size : dim)) }));
  return g.emitAll('Split', [x, wholeNumbersOf(g, sizes)], { axis: { int: axis } }, types);
}

function pad(g: Graph, x: Value, paddings: readonly (readonly [number, number])[], value: number): Value {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((dim, axis) => dim + paddings[axis]![0] + paddings[axis]![1]);
  const pads = wholeNumbersOf(g, [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
  return g.emit('Pad', [x, pads, scalarValue(g, value, x.dtype)], { dtype: x.dtype, shape });
}

function tile(g: Graph, x: Value, reps: readonly number[]): Value {
  const shape = x.shape.map((dim, axis) => dim * reps[axis]!);
  if (x.shape.every((dim, axis) => dim === 1 || reps[axis] === 1)) return expand(g, x, shape);
  return g.emit('Tile', [x, wholeNumbersOf(g, reps)], { dtype: x.dtype, shape });
}

function reverse(g: Graph, x: Value, dims: readonly number[]): Value {
  const axes = dims.map((axis) => from(axis, x.shape.length));
  const at = (yes: (dim: number) => number, no: (dim: number) => number): number[] =>
    x.shape.map((dim, axis) => (axes.includes(axis) ? yes(dim) : no(dim)));
  return slice(
    g,
    x,
    at(
      (d) => d - 1,
      () => 0,
    ),
    at(
      (d) => -d - 1,
      (d) => d,
    ),
    at(
      () => -1,
      () => 1,
    ),
    x.shape,
  );
}

type Strided = {
  begin: number[];
  end: number[];
  strides: number[];
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
};

function stridedSlice(g: Graph, x: Value, a: Strided): Value {
  const { begin, end, strides, finalShapeSparse, finalShape } = tf.slice_util.sliceInfo(
    [...x.shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  // Going backwards, "before the first element" is -1 in tfjs, which ONNX reads as "the last".
  const stop = end.map((e, axis) => (strides[axis]! < 0 && e < 0 ? -x.shape[axis]! - 1 : e));
  const dense = x.shape.map((_, axis) => Math.max(0, Math.ceil((end[axis]! - begin[axis]!) / strides[axis]!)));
  const size = finalShapeSparse.length === x.shape.length ? finalShapeSparse : dense;
  return reshape(g, slice(g, x, begin, stop, strides, size), finalShape);
}

export const SHAPING: readonly Lowering[] = [
  {
    kernel: 'Reshape',
    inputs: ['x'],
    attrs: ['shape'],
    lower: (g, [x], { shape }) =>
      reshape(g, x!, tf.util.inferFromImplicitShape(shape as number[], tf.util.sizeFromShape([...x!.shape]))),
  },
  {
    kernel: 'ExpandDims',
    inputs: ['input'],
    attrs: ['dim'],
    lower: (g, [x], { dim }) => {
      const shape = [...x!.shape];
      shape.splice(from(dim as number, shape.length + 1), 0, 1);
      return reshape(g, x!, shape);
    },
  },
  {
    kernel: 'Transpose',
    inputs: ['x'],
    attrs: ['perm'],
    lower: (g, [x], { perm }) => transpose(g, x!, perm as number[]),
  },
  {
    kernel: 'Concat',
    inputs: 'list',
    attrs: ['axis'],
    lower: (g, list, { axis }) => concat(g, list, from(axis as number, list[0]!.shape.length)),
  },
  {
    kernel: 'Pack',
    inputs: 'list',
    attrs: ['axis'],
    lower: (g, list, { axis }) => {
      const shape = [...list[0]!.shape];
      const at = from(axis as number, shape.length + 1);
      shape.splice(at, 0, 1);
      const parts = list.map((x) => reshape(g, x, shape));
      return concat(g, parts, at);
    },
  },
  {
    kernel: 'Unpack',
    inputs: ['value'],
    attrs: ['axis'],
    lower: (g, [x], { axis }) => {
      const at = from(axis as number, x!.shape.length);
      const rest = x!.shape.filter((_, i) => i !== at);
      return split(g, x!, new Array<number>(x!.shape[at]!).fill(1), at).map((part) => reshape(g, part, rest));
    },
  },
  {
    kernel: 'SplitV',
    inputs: ['x'],
    attrs: ['numOrSizeSplits', 'axis'],
    lower: (g, [x], { numOrSizeSplits, axis }) => {
      const at = from(axis as number, x!.shape.length);
      const tensor = { shape: [...x!.shape] } as unknown as tf.Tensor;
      return split(g, x!, tf.backend_util.prepareSplitSize(tensor, numOrSizeSplits as number[], at), at);
    },
  },
  {
    kernel: 'Slice',
    inputs: ['x'],
    attrs: ['begin', 'size'],
    lower: (g, [x], { begin, size }) => {
      const tensor = { shape: [...x!.shape], rank: x!.shape.length } as unknown as tf.Tensor;
      const [start, extent] = tf.slice_util.parseSliceParams(tensor, begin as number[], size as number[]);
      const end = start!.map((b, axis) => b + extent![axis]!);
      const steps = start!.map(() => 1);
      return slice(g, x!, start!, end, steps, extent!);
    },
  },
  {
    kernel: 'StridedSlice',
    inputs: ['x'],
    attrs: ['begin', 'end', 'strides', 'beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'],
    lower: (g, [x], attrs) => stridedSlice(g, x!, attrs as unknown as Strided),
  },
  {
    kernel: 'PadV2',
    inputs: ['x'],
    attrs: ['paddings', 'constantValue'],
    lower: (g, [x], { paddings, constantValue }) => pad(g, x!, paddings as [number, number][], constantValue as number),
  },
  { kernel: 'Tile', inputs: ['x'], attrs: ['reps'], lower: (g, [x], { reps }) => tile(g, x!, reps as number[]) },
  {
    kernel: 'BroadcastTo',
    inputs: ['x'],
    attrs: ['shape', 'inputShape'],
    lower: (g, [x], { shape }) => expand(g, x!, shape as number[]),
  },
  {
    kernel: 'Reverse',
    inputs: ['x'],
    attrs: ['dims'],
    lower: (g, [x], { dims }) => reverse(g, x!, [dims as number | number[]].flat()),
  },
  {
    kernel: 'Fill',
    inputs: [],
    attrs: ['shape', 'value', 'dtype'],
    lower: (g, _, { shape, value, dtype }) =>
      expand(g, scalarValue(g, value as number, dtype as DType), shape as number[]),
  },
  {
    kernel: 'Range',
    inputs: [],
    attrs: ['start', 'stop', 'step', 'dtype'],
    lower: (g, _, attrs) => {
      const { start, stop, step, dtype } = attrs as {
        start: number;
        stop: number;
        step: number;
        dtype: 'float32' | 'int32';
      };
      const count = Math.max(0, Math.ceil((stop - start) / step));
      const steps = Array.from({ length: count }, (__, i) => start + i * step);
      return literal(g, dtype, [count], dtype === 'int32' ? Int32Array.from(steps) : Float32Array.from(steps));
    },
  },
  {
    kernel: 'LinSpace',
    inputs: [],
    attrs: ['start', 'stop', 'num'],
    lower: (g, _, attrs) => {
      const { start, stop, num } = attrs as { start: number; stop: number; num: number };
      const step = (stop - start) / (num - 1);
      return literal(
        g,
        'float32',
        [num],
        Float32Array.from({ length: num }, (__, i) => start + i * (num === 1 ? 0 : step)),
      );
    },
  },
];
