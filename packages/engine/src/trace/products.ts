import { add, elementwise, scalarValue, select, unary } from '../graph/algebra.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { matmul } from '../graph/matmul.ts';
import type { KernelAttrs, Lowering } from './kernel.ts';

type Fused = { transposeA: boolean; transposeB: boolean; activation: string; leakyreluAlpha: number };

function activate(g: Graph, x: Value, attrs: Fused, slope: Value | undefined): Value {
  switch (attrs.activation) {
    case 'linear':
      return x;
    case 'relu':
      return unary(g, 'Relu', x);
    case 'relu6':
      return elementwise(g, 'Clip', [x, scalarValue(g, 0), scalarValue(g, 6)], 'float32');
    case 'elu':
      return unary(g, 'Elu', x);
    case 'sigmoid':
      return unary(g, 'Sigmoid', x);
    case 'leakyrelu':
      return unary(g, 'LeakyRelu', x, { alpha: { float: attrs.leakyreluAlpha } });
    case 'prelu':
      return select(
        g,
        elementwise(g, 'Less', [x, scalarValue(g, 0)], 'bool'),
        elementwise(g, 'Mul', [x, slope!], 'float32'),
        x,
      );
    default:
      throw new Error(`kernel _FusedMatMul: unknown activation ${attrs.activation}`);
  }
}

/** Result shape of an einsum from its equation: `ij,jk->ik`. */
function einsumShape(equation: string, inputs: readonly Value[]): number[] {
  const [left, right] = equation.replaceAll(' ', '').split('->') as [string, string];
  if (equation.includes('.')) throw new Error(`kernel Einsum: "..." is not compiled (${equation})`);
  const dims = new Map(
    left.split(',').flatMap((letters, i) => [...letters].map((letter, axis) => [letter, inputs[i]!.shape[axis]!])),
  );
  return [...right].map((letter) => dims.get(letter)!);
}

export const PRODUCTS: readonly Lowering[] = [
  {
    kernel: 'BatchMatMul',
    inputs: ['a', 'b'],
    attrs: ['transposeA', 'transposeB'],
    lower: (g, [a, b], attrs) => matmul(g, a!, b!, attrs['transposeA'] as boolean, attrs['transposeB'] as boolean),
  },
  {
    kernel: '_FusedMatMul',
    inputs: ['a', 'b', 'bias', 'preluActivationWeights'],
    attrs: ['transposeA', 'transposeB', 'activation', 'leakyreluAlpha'],
    lower: (g, [a, b, bias, slope], attrs: KernelAttrs) => {
      const fused = attrs as unknown as Fused;
      const product = matmul(g, a!, b!, fused.transposeA, fused.transposeB);
      return activate(g, bias ? add(g, product, bias) : product, fused, slope);
    },
  },
  {
    kernel: 'Einsum',
    inputs: 'list',
    attrs: ['equation'],
    lower: (g, list, { equation }) => {
      const shape = einsumShape(equation as string, list);
      return g.emit('Einsum', list, { dtype: list[0]!.dtype, shape }, { equation: { string: equation as string } });
    },
  },
];
