import {
  cast,
  elementwise,
  expand,
  wholeNumbersOf,
  literal,
  reshape,
  scalarValue,
  select,
  slice,
} from '../graph/algebra.ts';
import type { ElementType, Graph, Value } from '../graph/graph.ts';
import { normalAxes } from '../graph/shapes.ts';
import { sizeOf } from '../host.ts';
import { flagOf, numberOf, numbersOf, typeOf } from './attrs.ts';
import { lowering, type Lowering } from './kernel.ts';

const as64 = (g: Graph, x: Value): Value => cast(g, x, 'int64');

function gather(g: Graph, x: Value, indices: Value, axis: number, batchDims: number): Value {
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  if (batchDims === 0) return g.emit('Gather', [x, indices], { dtype: x.dtype, shape }, { axis: { int: axis } });
  if (axis !== batchDims)
    throw new Error(`kernel GatherV2: batchDims ${batchDims} needs axis ${batchDims}, not ${axis}`);
  const points = reshape(g, as64(g, indices), [...indices.shape, 1]);
  return g.emit('GatherND', [x, points], { dtype: x.dtype, shape }, { batch_dims: { int: batchDims } });
}

/**
 * Zeros of `shape` (its first axes addressed by the last axis of `points`) with the updates added;
 * repeats add up.
 */
function scatterAdd(g: Graph, points: Value, updates: Value, shape: readonly number[]): Value {
  const base = expand(g, scalarValue(g, 0, updates.dtype), shape);
  return g.emit('ScatterND', [base, points, updates], base, { reduction: { string: 'add' } });
}

/**
 * Sums rows that share a segment. Rows with an id outside the segments count nowhere: they fall
 * into one extra row, cut off again.
 */
function segmentSum(g: Graph, x: Value, ids: Value, count: number): Value {
  const n = sizeOf(ids.shape);
  const inner = x.shape.slice(ids.shape.length);
  const limit = scalarValue(g, count, 'int32');
  const low = elementwise(g, 'Less', [ids, scalarValue(g, 0, 'int32')], 'bool');
  const bin = elementwise(g, 'Min', [select(g, low, limit, ids), limit], 'int32');
  const points = reshape(g, as64(g, bin), [n, 1]);
  const all = scatterAdd(g, points, reshape(g, x, [n, ...inner]), [count + 1, ...inner]);
  const shape = [count, ...inner];
  const zeros = shape.map(() => 0);
  return slice(g, all, zeros, shape, shape.map(() => 1), shape); // prettier-ignore
}

/**
 * ONNX's own OneHot wraps negative indices; comparing with 0 .. depth - 1 leaves them all off, as
 * tfjs does.
 */
function oneHot(g: Graph, indices: Value, depth: number, on: number, off: number, dtype: ElementType): Value {
  const steps = literal(
    g,
    'int32',
    [depth],
    Int32Array.from({ length: depth }, (_, i) => i),
  );
  const hit = elementwise(g, 'Equal', [reshape(g, cast(g, indices, 'int32'), [...indices.shape, 1]), steps], 'bool');
  return on === 1 && off === 0
    ? cast(g, hit, dtype)
    : select(g, hit, scalarValue(g, on, dtype), scalarValue(g, off, dtype));
}

function topK(g: Graph, x: Value, k: number, sorted: boolean): readonly Value[] {
  const shape = [...x.shape.slice(0, -1), k];
  const types = [
    { dtype: x.dtype, shape },
    { dtype: 'int64' as const, shape },
  ];
  const attrs = { axis: { int: -1 }, sorted: { int: Number(sorted) } };
  const [values, indices] = g.emitAll('TopK', [x, wholeNumbersOf(g, [k])], attrs, types);
  return [values!, cast(g, indices!, 'int32')];
}

export const INDEXING: readonly Lowering[] = [
  lowering({
    kernel: 'GatherV2',
    inputs: ['x', 'indices'],
    attrs: ['axis', 'batchDims'],
    lower: (g, [x, indices], attrs) => {
      const [axis] = normalAxes(numberOf(attrs, 'axis'), x.shape.length);
      return gather(g, x, indices, axis!, numberOf(attrs, 'batchDims'));
    },
  }),
  lowering({
    kernel: 'GatherNd',
    inputs: ['params', 'indices'],
    attrs: [],
    lower: (g, [x, indices]) => {
      const depth = indices.shape.at(-1)!;
      const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
      return g.emit('GatherND', [x, as64(g, indices)], { dtype: x.dtype, shape });
    },
  }),
  lowering({
    kernel: 'ScatterNd',
    inputs: ['indices', 'updates'],
    attrs: ['shape'],
    lower: (g, [indices, updates], attrs) => scatterAdd(g, as64(g, indices), updates, numbersOf(attrs, 'shape')),
  }),
  lowering({
    kernel: 'UnsortedSegmentSum',
    inputs: ['x', 'segmentIds'],
    attrs: ['numSegments'],
    lower: (g, [x, ids], attrs) => segmentSum(g, x, ids, numberOf(attrs, 'numSegments')),
  }),
  lowering({
    kernel: 'OneHot',
    inputs: ['indices'],
    attrs: ['depth', 'onValue', 'offValue', 'dtype'],
    lower: (g, [indices], attrs) => {
      const [depth, on, off] = ['depth', 'onValue', 'offValue'].map((name) => numberOf(attrs, name));
      return oneHot(g, indices, depth!, on!, off!, typeOf(attrs, 'dtype'));
    },
  }),
  lowering({
    kernel: 'TopK',
    inputs: ['x'],
    attrs: ['k', 'sorted'],
    lower: (g, [x], attrs) => topK(g, x, numberOf(attrs, 'k'), flagOf(attrs, 'sorted')),
  }),
];
