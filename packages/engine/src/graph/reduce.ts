import { multiply } from './arithmetic.ts';
import { nodeOf, type Graph, type Value } from './graph.ts';
import { normalAxes, padLeft, reduced } from './shapes.ts';
import { expand, ints, reshape, scalar } from './views.ts';

export type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd';

/**
 * Reduces over axes (null: all). Over a stretched axis a sum is a product and the others are
 * nothing at all.
 */
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
