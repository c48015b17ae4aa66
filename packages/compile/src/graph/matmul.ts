import { sizeOf } from '../host.ts';
import { scaled } from './arithmetic.ts';
import { nodeOf, type Graph, type Value } from './graph.ts';
import { broadcast } from './shapes.ts';
import { permOf, reshape } from './views.ts';

/** A matrix operand: its last two axes may be swapped, and a number may be taken out of it. */
type Operand = { readonly value: Value; readonly swapped: boolean; readonly factor: number };

/** Takes a swap of the last two axes and a factor out of the value: the product does both at no cost. */
function operand(g: Graph, value: Value, swapped: boolean): Operand {
  const { base, factor } = scaled(g, value);
  if (factor !== 1) {
    const inner = operand(g, base, swapped);
    return { ...inner, factor: inner.factor * factor };
  }
  const node = nodeOf(value);
  if (node?.op !== 'Transpose' || !g.does('transposes')) return { value, swapped, factor };
  const perm = permOf(node.attrs);
  const rank = perm.length;
  const onlyLast = perm.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return onlyLast ? operand(g, node.inputs[0]!, !swapped) : { value, swapped, factor };
}

/**
 * Matrix product over the last two axes with broadcast batch axes. Two matrices (also when the batch belongs to `a` alone,
 * the form of every linear layer) become Gemm, which can take over a later addition; batches become ONNX Runtime's FusedMatMul.
 */
export function matmul(g: Graph, left: Value, right: Value, transposeA: boolean, transposeB: boolean): Value {
  const a = operand(g, left, transposeA);
  const b = operand(g, right, transposeB);
  const m = a.value.shape.at(a.swapped ? -1 : -2)!;
  const k = a.value.shape.at(a.swapped ? -2 : -1)!;
  const n = b.value.shape.at(b.swapped ? -2 : -1)!;
  const batch = broadcast(a.value.shape.slice(0, -2), b.value.shape.slice(0, -2));
  const shape = [...batch, m, n];
  const one = sizeOf(batch) === 1;
  if (g.does('linear') && sizeOf(b.value.shape.slice(0, -2)) === 1 && (!a.swapped || one)) {
    // The flattened operand may again be a product with a number or a transpose.
    const flatA = operand(g, reshape(g, a.value, a.swapped ? [k, m] : [sizeOf(batch) * m, k]), a.swapped);
    const flatB = operand(g, reshape(g, b.value, b.value.shape.slice(-2)), b.swapped);
    const factor = a.factor * b.factor;
    return reshape(g, gemm(g, { ...flatA, factor: flatA.factor * factor }, flatB, sizeOf(batch) * m, n), shape);
  }
  return g.emit('FusedMatMul', [a.value, b.value], { dtype: 'float32', shape }, flags(a, b), 'com.microsoft');
}

function gemm(g: Graph, a: Operand, b: Operand, rows: number, columns: number): Value {
  return g.emit('Gemm', [a.value, b.value], { dtype: 'float32', shape: [rows, columns] }, flags(a, b));
}

const flags = (a: Operand, b: Operand): Record<string, { int: number } | { float: number }> => ({
  alpha: { float: Math.fround(a.factor * b.factor) },
  transA: { int: Number(a.swapped) },
  transB: { int: Number(b.swapped) },
});
