import { itemAt } from '@lab/records';
import { multiply, reshape, scalarValue, transpose, wholeNumbersOf } from './algebra.ts';
import { floatOf, intOf, reachable, type Graph, type Node, type Value } from './graph.ts';

/*
 * Frozen matrices that are not kept in float32. A recorded function knows nothing of it: it has
 * float32 matrices as inputs. Here what reads such an input is rewritten to read its parts.
 */

/** The parts that a kept matrix [d_in, d_out] is made of, as inputs of a graph. */
export const PARTS = {
  /** The matrix in half precision. */
  half: 'half',
  /** Whole numbers from -127 to 127, and the number of each column that they are multiples of. */
  codes: 'codes',
  steps: 'steps',
} as const;
export type PartName = (typeof PARTS)[keyof typeof PARTS];

const BETWEEN = '::';
/** Name of the input that brings a part. */
const nameOfPart = (name: string, part: PartName): string => `${name}${BETWEEN}${part}`;

/** The name of a value, and its part where it is kept in parts. */
export const partOf = (input: string): { readonly name: string; readonly part?: PartName } => {
  const [name = input, found] = input.split(BETWEEN);
  const part = Object.values(PARTS).find((one) => one === found);
  return part === undefined ? { name } : { name, part };
};

/** A row divided by its largest magnitude, and that magnitude: one scale a row, in one product. */
const byRows = (g: Graph, x: Value): { readonly scaled: Value; readonly most: Value } => {
  const column = { dtype: 'float32', shape: [x.shape[0]!, 1] } as const;
  const magnitudes = g.emit('Abs', [x], x);
  const most = g.emit('ReduceMax', [magnitudes, wholeNumbersOf(g, [1])], column, { keepdims: { int: 1 } });
  const positive = g.emit('Max', [most, scalarValue(g, 1e-30)], column);
  return { scaled: g.emit('Div', [x, positive], x), most: positive };
};

/**
 * alpha x B + C with B = codes * steps, a step for each column: activations become eight bits row
 * by row, and the products are sums of whole numbers.
 */
const wholeNumberProduct = (g: Graph, node: Node, codes: Value, steps: Value): Value => {
  const { inputs, outputs } = node;
  const [type] = outputs;
  const { scaled, most } = byRows(g, inputs[0]!);
  const product = g.emit('DynamicQuantizeMatMul', [scaled, codes, steps], type!, {}, 'com.microsoft');
  const whole = g.emit('Mul', [product, multiply(g, most, scalarValue(g, floatOf(node, 'alpha')))], type!);
  return inputs[2] ? g.emit('Add', [whole, inputs[2]], type!) : whole;
};

const flag = (node: Node, name: string): boolean => intOf(node, name) === 1;

/** The input of the parts of one matrix, each made once. */
const partsOf = (g: Graph) => {
  const known = new Map<string, Value>();
  return (name: string, part: PartName, dtype: 'float16' | 'int8' | 'float32', shape: readonly number[]): Value => {
    const path = nameOfPart(name, part);
    const value = known.get(path) ?? g.input(path, dtype, shape);
    known.set(path, value);
    return value;
  };
};

/**
 * The same outputs with every kept matrix read from its parts. A product with the transposed matrix
 * belongs to a gradient. What depends on one decodes a matrix by an operator of its own, so that
 * what the forward pass has decoded need not be held until then.
 */
export function withStored(g: Graph, outputs: { readonly [name: string]: Value }): { readonly [name: string]: Value } {
  const input = partsOf(g);
  const rewritten = new Map<Value, Value>();
  const ofGradients = new Set<Value>();

  /** The matrix in float32; `again` decodes it apart from others. */
  const decoded = (value: Value, again = false): Value => {
    const { def, shape } = value;
    if (def.kind !== 'input') return value;
    const type = { dtype: 'float32', shape } as const;
    if (def.storage === 'float16') {
      const half = input(def.name, PARTS.half, 'float16', shape);
      const to = { to: { type: 'float32' } } as const;
      if (!again) return g.emit('Cast', [half], type, to);
      // Another shape on the way makes it another operator, which ONNX Runtime does not join.
      const folded = [1, ...shape];
      return reshape(g, g.emit('Cast', [reshape(g, half, folded)], { ...type, shape: folded }, to), shape);
    }
    if (def.storage !== 'int8') return value;
    const codes = input(def.name, PARTS.codes, 'int8', shape);
    const steps = input(def.name, PARTS.steps, 'float32', [shape[1]!]);
    return g.emit('DequantizeLinear', [codes, steps], type, { axis: { int: 1 } });
  };

  /** A product with a matrix that is kept in whole numbers; undefined for all others. */
  const product = (node: Node): Value | undefined => {
    const matrix = node.inputs[1];
    if (node.op !== 'Gemm' || matrix?.def.kind !== 'input' || flag(node, 'transA')) return undefined;
    const { name, storage } = matrix.def;
    const [rows, columns] = [itemAt(matrix.shape, 0), itemAt(matrix.shape, 1)];
    const transposed = flag(node, 'transB');
    if (storage === 'int8-backward' && transposed) {
      const codes = input(name, PARTS.codes, 'int8', [columns, rows]);
      return wholeNumberProduct(g, node, codes, input(name, PARTS.steps, 'float32', [rows]));
    }
    if (storage !== 'int8') return undefined;
    const codes = input(name, PARTS.codes, 'int8', [rows, columns]);
    const steps = input(name, PARTS.steps, 'float32', [columns]);
    if (!transposed) return wholeNumberProduct(g, node, codes, steps);
    // Steps belong to columns, which are summed over here: they go to the other factor.
    const x = itemAt(node.inputs, 0);
    const weighted = { ...node, inputs: [g.emit('Mul', [x, steps], x), ...node.inputs.slice(1)] };
    return wholeNumberProduct(g, weighted, transpose(g, codes, [1, 0]), scalarValue(g, 1));
  };

  const isKept = ({ def }: Value): boolean => def.kind === 'input' && def.storage !== undefined;
  for (const node of reachable(Object.values(outputs))) {
    const inputs = node.inputs.map((value) => rewritten.get(value) ?? value);
    const now = { ...node, inputs };
    const late =
      node.inputs.some((value) => ofGradients.has(value)) ||
      (node.op === 'Gemm' && isKept(node.inputs[1]!) && flag(node, 'transB'));
    if (late) node.outputs.forEach((output) => ofGradients.add(output));
    const made = product(now);
    if (made) rewritten.set(node.outputs[0]!, made);
    else if (inputs.some((value, i) => value !== node.inputs[i] || isKept(value))) {
      const again = g.emitAll(
        node.op,
        inputs.map((value) => decoded(value, late)),
        node.attrs,
        node.outputs,
        node.domain,
      );
      node.outputs.forEach((output, i) => rewritten.set(output, again[i]!));
    }
  }
  const ends = Object.entries(outputs).map(([name, value]) => [name, decoded(rewritten.get(value) ?? value)] as const);
  return Object.fromEntries(ends);
}
