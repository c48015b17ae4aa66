import { cast, literal, reduce, reshape, scalarValue, select, transpose, type Reduction } from '../graph/algebra.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { normalAxes } from '../graph/shapes.ts';
import { flagOf, numberOf, numberOrNumbersOf, type KernelAttrs } from './attrs.ts';
import { lowering, type Lowering } from './kernel.ts';

type Axis = number | readonly number[] | null;

/** Null: all axes. */
const axesOf = (attrs: KernelAttrs, name: string): Axis =>
  attrs[name] === null || attrs[name] === undefined ? null : numberOrNumbersOf(attrs, name);

/**
 * One reduction; `axisName` differs between kernels (`Max` says reductionIndices), so each is named
 * here.
 */
const reduction = (
  kernel: string,
  axisName: string,
  lower: (g: Graph, x: Value, axis: Axis, keepDims: boolean) => Value,
): Lowering =>
  lowering({
    kernel,
    inputs: ['x'],
    attrs: [axisName, 'keepDims'],
    lower: (g, [x], attrs) => lower(g, x, axesOf(attrs, axisName), flagOf(attrs, 'keepDims')),
  });

const plain =
  (op: Reduction) =>
  (g: Graph, x: Value, axis: Axis, keepDims: boolean): Value =>
    reduce(g, op, x, axis, keepDims);

/** all and any: minimum and maximum of zeros and ones. */
const logical =
  (op: Reduction) =>
  (g: Graph, x: Value, axis: Axis, keepDims: boolean): Value =>
    cast(g, reduce(g, op, cast(g, x, 'int32'), axis, keepDims), 'bool');

const extreme = (kernel: 'ArgMax' | 'ArgMin'): Lowering =>
  lowering({
    kernel,
    inputs: ['x'],
    attrs: ['axis'],
    lower: (g, [x], attrs) => {
      const [at] = normalAxes(numberOf(attrs, 'axis'), x.shape.length);
      const shape = x.shape.filter((_, i) => i !== at);
      const index = g.emit(kernel, [x], { dtype: 'int64', shape }, { axis: { int: at! }, keepdims: { int: 0 } });
      return cast(g, index, 'int32');
    },
  });

type Running = { axis: number; exclusive: boolean; reverse: boolean };

function cumsum(g: Graph, x: Value, attrs: Running): Value {
  const [axis] = normalAxes(attrs.axis, x.shape.length);
  return g.emit('CumSum', [x, scalarValue(g, axis!, 'int32')], x, {
    exclusive: { int: Number(attrs.exclusive) },
    reverse: { int: Number(attrs.reverse) },
  });
}

/**
 * Running product. ONNX has none: element j is the product over i of x_i where i counts for j, and
 * 1 where it does not.
 */
function cumprod(g: Graph, x: Value, attrs: Running): Value {
  const rank = x.shape.length;
  const [axis] = normalAxes(attrs.axis, rank);
  const n = x.shape[axis!]!;
  const counts = (i: number, j: number): boolean =>
    (attrs.exclusive ? i !== j : true) && (attrs.reverse ? i >= j : i <= j);
  const table = literal(
    g,
    'bool',
    [n, n],
    Uint8Array.from({ length: n * n }, (_, at) => Number(counts(at % n, Math.floor(at / n)))),
  );
  const toLast = x.shape.map((_, i) => i).filter((i) => i !== axis).concat(axis!); // prettier-ignore
  const last = transpose(g, x, toLast);
  const rows = reshape(g, last, [...last.shape.slice(0, -1), 1, n]);
  const product = reduce(g, 'ReduceProd', select(g, table, rows, scalarValue(g, 1, x.dtype)), -1, false);
  return transpose(g, product, x.shape.map((_, i) => toLast.indexOf(i))); // prettier-ignore
}

const running = (kernel: string, lower: (g: Graph, x: Value, attrs: Running) => Value): Lowering =>
  lowering({
    kernel,
    inputs: ['x'],
    attrs: ['axis', 'exclusive', 'reverse'],
    lower: (g, [x], attrs) => {
      const [exclusive, reverse] = [flagOf(attrs, 'exclusive'), flagOf(attrs, 'reverse')];
      return lower(g, x, { axis: numberOf(attrs, 'axis'), exclusive, reverse });
    },
  });

const softmax = (kernel: 'Softmax' | 'LogSoftmax', axisName: string): Lowering =>
  lowering({
    kernel,
    inputs: ['logits'],
    attrs: [axisName],
    lower: (g, [x], attrs) => {
      const [axis] = normalAxes(numberOf(attrs, axisName), x.shape.length);
      return g.emit(kernel, [x], x, { axis: { int: axis! } });
    },
  });

export const REDUCING: readonly Lowering[] = [
  reduction('Sum', 'axis', plain('ReduceSum')),
  reduction('Mean', 'axis', (g, x, axis, keepDims) => reduce(g, 'ReduceMean', cast(g, x, 'float32'), axis, keepDims)),
  reduction('Max', 'reductionIndices', plain('ReduceMax')),
  reduction('Min', 'axis', plain('ReduceMin')),
  reduction('Prod', 'axis', plain('ReduceProd')),
  reduction('All', 'axis', logical('ReduceMin')),
  reduction('Any', 'axis', logical('ReduceMax')),
  extreme('ArgMax'),
  extreme('ArgMin'),
  running('Cumsum', cumsum),
  running('Cumprod', cumprod),
  softmax('Softmax', 'dim'),
  softmax('LogSoftmax', 'axis'),
];
