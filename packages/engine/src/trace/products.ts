import { add, elementwise, scalarValue, select, unary } from '../graph/algebra.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { matmul } from '../graph/matmul.ts';
import { flagOf, numberOf, textOf, type KernelAttrs } from './attrs.ts';
import { lowering, type Lowering } from './kernel.ts';

function activate(g: Graph, x: Value, attrs: KernelAttrs, slope: Value | undefined): Value {
  const activation = textOf(attrs, 'activation');
  switch (activation) {
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
      return unary(g, 'LeakyRelu', x, { alpha: { float: numberOf(attrs, 'leakyreluAlpha') } });
    case 'prelu':
      return select(
        g,
        elementwise(g, 'Less', [x, scalarValue(g, 0)], 'bool'),
        elementwise(g, 'Mul', [x, slope!], 'float32'),
        x,
      );
    default:
      throw new Error(`kernel _FusedMatMul: unknown activation ${activation}`);
  }
}

/** Result shape of an einsum from its equation: `ij,jk->ik`. */
function einsumShape(equation: string, inputs: readonly Value[]): number[] {
  const [left = '', right = ''] = equation.replaceAll(' ', '').split('->');
  if (equation.includes('.')) throw new Error(`kernel Einsum: "..." is not compiled (${equation})`);
  const dims = new Map(
    left.split(',').flatMap((letters, i) => [...letters].map((letter, axis) => [letter, inputs[i]!.shape[axis]!])),
  );
  return [...right].map((letter) => dims.get(letter)!);
}

const product = (g: Graph, a: Value, b: Value, attrs: KernelAttrs): Value =>
  matmul(g, a, b, flagOf(attrs, 'transposeA'), flagOf(attrs, 'transposeB'));

export const PRODUCTS: readonly Lowering[] = [
  lowering({
    kernel: 'BatchMatMul',
    inputs: ['a', 'b'],
    attrs: ['transposeA', 'transposeB'],
    lower: (g, [a, b], attrs) => product(g, a, b, attrs),
  }),
  {
    kernel: '_FusedMatMul',
    inputs: ['a', 'b', 'bias', 'preluActivationWeights'],
    attrs: ['transposeA', 'transposeB', 'activation', 'leakyreluAlpha'],
    lower: (g, [a, b, bias, slope], attrs) => {
      const made = product(g, a!, b!, attrs);
      return activate(g, bias ? add(g, made, bias) : made, attrs, slope);
    },
  },
  {
    kernel: 'Einsum',
    inputs: 'list',
    attrs: ['equation'],
    lower: (g, list, attrs) => {
      const equation = textOf(attrs, 'equation');
      const type = { dtype: list[0]!.dtype, shape: einsumShape(equation, list) };
      return g.emit('Einsum', list, type, { equation: { string: equation } });
    },
  },
];
