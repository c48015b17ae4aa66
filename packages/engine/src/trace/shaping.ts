import * as tf from '@tensorflow/tfjs';
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
import { numberOf, numberOrNumbersOf, numbersOf, pairsOf, typeOf, type KernelAttrs } from './attrs.ts';
import { lowering, type Lowering } from './kernel.ts';

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

function stridedSlice(g: Graph, x: Value, attrs: KernelAttrs): Value {
  const { begin, end, strides, finalShapeSparse, finalShape } = tf.slice_util.sliceInfo(
    [...x.shape],
    numbersOf(attrs, 'begin'),
    numbersOf(attrs, 'end'),
    numbersOf(attrs, 'strides'),
    numberOf(attrs, 'beginMask'),
    numberOf(attrs, 'endMask'),
    numberOf(attrs, 'ellipsisMask'),
    numberOf(attrs, 'newAxisMask'),
    numberOf(attrs, 'shrinkAxisMask'),
  );
  // Going backwards, "before the first element" is -1 in tfjs, which ONNX reads as "the last".
  const stop = end.map((e, axis) => (strides[axis]! < 0 && e < 0 ? -x.shape[axis]! - 1 : e));
  const dense = x.shape.map((_, axis) => Math.max(0, Math.ceil((end[axis]! - begin[axis]!) / strides[axis]!)));
  const size = finalShapeSparse.length === x.shape.length ? finalShapeSparse : dense;
  return reshape(g, slice(g, x, begin, stop, strides, size), finalShape);
}

/** What tfjs' own helpers read of a tensor. */
const shapeOnly = ({ shape }: Value): tf.TensorInfo => ({ dataId: {}, shape: [...shape], dtype: 'float32' });

export const SHAPING: readonly Lowering[] = [
  lowering({
    kernel: 'Reshape',
    inputs: ['x'],
    attrs: ['shape'],
    lower: (g, [x], attrs) => {
      const shape = tf.util.inferFromImplicitShape(numbersOf(attrs, 'shape'), tf.util.sizeFromShape([...x.shape]));
      return reshape(g, x, shape);
    },
  }),
  lowering({
    kernel: 'ExpandDims',
    inputs: ['input'],
    attrs: ['dim'],
    lower: (g, [x], attrs) => {
      const shape = [...x.shape];
      shape.splice(from(numberOf(attrs, 'dim'), shape.length + 1), 0, 1);
      return reshape(g, x, shape);
    },
  }),
  lowering({
    kernel: 'Transpose',
    inputs: ['x'],
    attrs: ['perm'],
    lower: (g, [x], attrs) => transpose(g, x, numbersOf(attrs, 'perm')),
  }),
  {
    kernel: 'Concat',
    inputs: 'list',
    attrs: ['axis'],
    lower: (g, list, attrs) => concat(g, list, from(numberOf(attrs, 'axis'), list[0]!.shape.length)),
  },
  {
    kernel: 'Pack',
    inputs: 'list',
    attrs: ['axis'],
    lower: (g, list, attrs) => {
      const shape = [...list[0]!.shape];
      const at = from(numberOf(attrs, 'axis'), shape.length + 1);
      shape.splice(at, 0, 1);
      const parts = list.map((x) => reshape(g, x, shape));
      return concat(g, parts, at);
    },
  },
  lowering({
    kernel: 'Unpack',
    inputs: ['value'],
    attrs: ['axis'],
    lower: (g, [x], attrs) => {
      const at = from(numberOf(attrs, 'axis'), x.shape.length);
      const rest = x.shape.filter((_, i) => i !== at);
      return split(g, x, new Array<number>(x.shape[at]!).fill(1), at).map((part) => reshape(g, part, rest));
    },
  }),
  lowering({
    kernel: 'SplitV',
    inputs: ['x'],
    attrs: ['numOrSizeSplits', 'axis'],
    lower: (g, [x], attrs) => {
      const at = from(numberOf(attrs, 'axis'), x.shape.length);
      const wanted = numberOrNumbersOf(attrs, 'numOrSizeSplits');
      return split(g, x, tf.backend_util.prepareSplitSize(shapeOnly(x), wanted, at), at);
    },
  }),
  lowering({
    kernel: 'Slice',
    inputs: ['x'],
    attrs: ['begin', 'size'],
    lower: (g, [x], attrs) => {
      // Without a size a slice goes to the end of every axis.
      const size = attrs['size'] === undefined ? undefined : numberOrNumbersOf(attrs, 'size');
      const begin = numberOrNumbersOf(attrs, 'begin');
      const [start, extent] = tf.slice_util.parseSliceParams(shapeOnly(x), begin, size);
      const end = start!.map((b, axis) => b + extent![axis]!);
      const steps = start!.map(() => 1);
      return slice(g, x, start!, end, steps, extent!);
    },
  }),
  lowering({
    kernel: 'StridedSlice',
    inputs: ['x'],
    attrs: ['begin', 'end', 'strides', 'beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'],
    lower: (g, [x], attrs) => stridedSlice(g, x, attrs),
  }),
  lowering({
    kernel: 'PadV2',
    inputs: ['x'],
    attrs: ['paddings', 'constantValue'],
    lower: (g, [x], attrs) => pad(g, x, pairsOf(attrs, 'paddings'), numberOf(attrs, 'constantValue')),
  }),
  lowering({
    kernel: 'Tile',
    inputs: ['x'],
    attrs: ['reps'],
    lower: (g, [x], attrs) => tile(g, x, numbersOf(attrs, 'reps')),
  }),
  lowering({
    kernel: 'BroadcastTo',
    inputs: ['x'],
    attrs: ['shape', 'inputShape'],
    lower: (g, [x], attrs) => expand(g, x, numbersOf(attrs, 'shape')),
  }),
  lowering({
    kernel: 'Reverse',
    inputs: ['x'],
    attrs: ['dims'],
    lower: (g, [x], attrs) => reverse(g, x, [numberOrNumbersOf(attrs, 'dims')].flat()),
  }),
  lowering({
    kernel: 'Fill',
    inputs: [],
    attrs: ['shape', 'value', 'dtype'],
    // A truth value counts as 0 or 1.
    lower: (g, _, attrs) =>
      expand(g, scalarValue(g, Number(attrs['value']), typeOf(attrs, 'dtype')), numbersOf(attrs, 'shape')),
  }),
  lowering({
    kernel: 'Range',
    inputs: [],
    attrs: ['start', 'stop', 'step', 'dtype'],
    lower: (g, _, attrs) => {
      const [start, stop, step] = [numberOf(attrs, 'start'), numberOf(attrs, 'stop'), numberOf(attrs, 'step')];
      const dtype = typeOf(attrs, 'dtype');
      const count = Math.max(0, Math.ceil((stop - start) / step));
      const steps = Array.from({ length: count }, (__, i) => start + i * step);
      return literal(g, dtype, [count], dtype === 'int32' ? Int32Array.from(steps) : Float32Array.from(steps));
    },
  }),
  lowering({
    kernel: 'LinSpace',
    inputs: [],
    attrs: ['start', 'stop', 'num'],
    lower: (g, _, attrs) => {
      const [start, stop, num] = [numberOf(attrs, 'start'), numberOf(attrs, 'stop'), numberOf(attrs, 'num')];
      const step = (stop - start) / (num - 1);
      return literal(
        g,
        'float32',
        [num],
        Float32Array.from({ length: num }, (__, i) => start + i * (num === 1 ? 0 : step)),
      );
    },
  }),
];
