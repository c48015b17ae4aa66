import { sizeOf } from '../host.ts';
import { permOf, reshape, transpose } from './algebra.ts';
import { nodeOf, type Graph, type Value } from './graph.ts';
import { broadcast } from './shapes.ts';

/** A matrix operand and whether its last two axes are swapped. */
type Operand = { readonly value: Value; readonly swapped: boolean };

/** Takes a swap of the last two axes out of the value and into the flag: the multiplication reads either order equally fast. */
function operand(value: Value, swapped: boolean): Operand {
  const node = nodeOf(value);
  if (node?.op !== 'Transpose') return { value, swapped };
  const perm = permOf(node.attrs);
  const rank = perm.length;
  const onlyLast = perm.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return onlyLast ? { value: node.inputs[0]!, swapped: !swapped } : { value, swapped };
}

/**
 * Matrix product over the last two axes with broadcast batch axes. Two matrices (also when the batch belongs to `a` alone,
 * the form of every linear layer) become Gemm, which can take over a later addition; batches become ONNX Runtime's FusedMatMul.
 */
export function matmul(g: Graph, left: Value, right: Value, transposeA: boolean, transposeB: boolean): Value {
  const a = operand(left, transposeA);
  const b = operand(right, transposeB);
  const [rowsA, colsA] = a.swapped ? [-1, -2] : [-2, -1];
  const m = a.value.shape.at(rowsA)!;
  const k = a.value.shape.at(colsA)!;
  const n = b.value.shape.at(b.swapped ? -2 : -1)!;
  const batch = broadcast(a.value.shape.slice(0, -2), b.value.shape.slice(0, -2));
  const shape = [...batch, m, n];
  const batchB = sizeOf(b.value.shape.slice(0, -2));
  if (batchB === 1 && (!a.swapped || sizeOf(batch) === 1)) {
    const flatA = a.swapped ? reshape(g, a.value, [k, m]) : reshape(g, a.value, [sizeOf(batch) * m, k]);
    const flatB = reshape(g, b.value, b.value.shape.slice(-2));
    return reshape(g, gemm(g, { value: flatA, swapped: a.swapped }, { value: flatB, swapped: b.swapped }), shape);
  }
  const attrs = { transA: { int: Number(a.swapped) }, transB: { int: Number(b.swapped) } };
  return g.emit('FusedMatMul', [a.value, b.value], { dtype: 'float32', shape }, attrs, 'com.microsoft');
}

function gemm(g: Graph, a: Operand, b: Operand): Value {
  const shape = [a.value.shape[a.swapped ? 1 : 0]!, b.value.shape[b.swapped ? 0 : 1]!];
  const attrs = { transA: { int: Number(a.swapped) }, transB: { int: Number(b.swapped) } };
  return g.emit('Gemm', [a.value, b.value], { dtype: 'float32', shape }, attrs);
}

/** Swaps the last two axes, explicitly. */
export function swapLast(g: Graph, x: Value): Value {
  const rank = x.shape.length;
  const perm = x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return transpose(g, x, perm);
}
