import { sizeOf } from '../host.ts';
import { scale, scaled } from './arithmetic.ts';
import { nodeOf, type Graph, type Value } from './graph.ts';
import { broadcast } from './shapes.ts';
import { reshape, transpose } from './views.ts';

/**
 * A matrix operand: whether its last two axes are swapped, and the number that was taken out of it.
 */
type Operand = { readonly value: Value; readonly swapped: boolean; readonly factor: number };

/**
 * Takes a factor out of the value: the product does it at no cost. Transposes before products are
 * left to ONNX Runtime.
 */
function operand(g: Graph, value: Value, swapped: boolean): Operand {
  const { base, factor } = scaled(g, value);
  return { value: base, swapped, factor };
}

/**
 * Matrix product over the last two axes with broadcast batch axes. Two matrices (also when the
 * batch belongs to `a` alone, the form of every linear layer) become Gemm, which can take over a
 * later addition; batches become ONNX Runtime's FusedMatMul.
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
    // The flattened operand may again be a product with a number.
    const flatA = operand(g, reshape(g, a.value, a.swapped ? [k, m] : [sizeOf(batch) * m, k]), a.swapped);
    const flatB = operand(g, reshape(g, b.value, b.value.shape.slice(-2)), b.swapped);
    const factor = a.factor * b.factor;
    return reshape(g, gemm(g, { ...flatA, factor: flatA.factor * factor }, flatB, sizeOf(batch) * m, n), shape);
  }
  return g.emit('FusedMatMul', [a.value, b.value], { dtype: 'float32', shape }, flags(a, b), 'com.microsoft');
}

/** Whether a value is 0, 1, 2, ... n - 1. */
const counts = ({ def }: Value, n: number): boolean =>
  def.kind === 'constant' && def.data.length === n && def.data.every((x, i) => x === i);

/** Whether a matrix is the identity, written as the one-hot rows of 0, 1, 2, ... */
function isIdentity(matrix: Value): boolean {
  const [rows, columns] = matrix.shape;
  let node = nodeOf(matrix);
  while (node && ['Cast', 'Reshape'].includes(node.op)) node = nodeOf(node.inputs[0]!);
  return rows !== undefined && rows === columns && node?.op === 'Equal' && node.inputs.every((x) => counts(x, rows));
}

/** The product of two matrices. Where the left one is the identity, it is the right one. */
function gemm(g: Graph, a: Operand, b: Operand, rows: number, columns: number): Value {
  if (isIdentity(a.value)) {
    const right = b.swapped ? transpose(g, b.value, [1, 0]) : b.value;
    return scale(g, right, Math.fround(a.factor * b.factor));
  }
  return g.emit('Gemm', [a.value, b.value], { dtype: 'float32', shape: [rows, columns] }, flags(a, b));
}

const flags = (a: Operand, b: Operand): Record<string, { int: number } | { float: number }> => ({
  alpha: { float: Math.fround(a.factor * b.factor) },
  transA: { int: Number(a.swapped) },
  transB: { int: Number(b.swapped) },
});
