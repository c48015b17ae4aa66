import { floatOf, nodeOf, reachable, type Graph, type Node, type Value } from './graph.ts';
import { reshape, scalarValue, singleValue } from './views.ts';

/**
 * A rewrite of one node whose inputs are already rewritten. `alone` is true for an input that only
 * this node reads.
 */
type Rule = (g: Graph, node: Node, inputs: readonly Value[], alone: (index: number) => boolean) => Value | undefined;

const PRODUCTS = ['Gemm', 'FusedMatMul'];
const alphaOf = (node: Node): number => floatOf(node, 'alpha');

/** Mul(product, number) -> the product with that alpha: one pass over the result less. */
const intoAlpha: Rule = (g, node, inputs, alone) => {
  if (!g.does('alpha')) return undefined;
  const [x, number] = inputs;
  const product = nodeOf(x!);
  if (node.op !== 'Mul' || !alone(0) || !product || !PRODUCTS.includes(product.op) || product.inputs.length > 2)
    return undefined;
  const { def } = number!;
  if (def.kind !== 'constant' || def.data.length !== 1) return undefined;
  const alpha = Math.fround(alphaOf(product) * Number(def.data[0]));
  return g.emit(
    product.op,
    product.inputs,
    node.outputs[0]!,
    { ...product.attrs, alpha: { float: alpha } },
    product.domain,
  );
};

/**
 * Add(Gemm, C) -> Gemm with C: bias, residual and the low-rank branch are added while the product
 * is written.
 */
const intoGemm: Rule = (g, node, inputs, alone) => {
  if (node.op !== 'Add' || !g.does('addition')) return undefined;
  const [shape] = [node.outputs[0]!.shape];
  for (const [host, other] of [
    [1, 0],
    [0, 1],
  ] as const) {
    // prettier-ignore
    const product = nodeOf(inputs[host]!);
    const c = inputs[other]!;
    if (!alone(host) || product?.op !== 'Gemm' || product.inputs.length > 2) continue;
    if (inputs[host]!.shape.some((dim, axis) => dim !== shape[axis]) || shape.length !== 2 || c.shape.length > 2)
      continue;
    return g.emit('Gemm', [...product.inputs, c], node.outputs[0]!, product.attrs);
  }
  return undefined;
};

/** The operand of an operator beside a known number. */
const beside = (x: Value | undefined, op: string, number: number): Value | undefined => {
  const node = x && nodeOf(x);
  return node?.op === op && singleValue(node.inputs[1]!) === number ? node.inputs[0] : undefined;
};

/**
 * x (1 + erf(x / sqrt 2)) -> 2 Gelu(x), one pass instead of four: an evaluation batch of a BERT
 * shape takes 3 % less (bench/step/fusions.ts). Its half lies in the product that reads it; halves
 * and doubles are exact, so no bit changes. A training step keeps the long form, whose parts its
 * gradient reads.
 */
const intoGelu: Rule = (g, node, inputs, alone) => {
  if (node.op !== 'Mul' || !g.does('gelu')) return undefined;
  for (const [at, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const sum = beside(inputs[at], 'Add', 1);
    const erf = sum && nodeOf(sum);
    const x = inputs[other]!;
    if (erf?.op !== 'Erf' || !alone(at) || beside(erf.inputs[0], 'Mul', Math.fround(Math.SQRT1_2)) !== x) continue;
    return g.emit('Mul', [g.emit('Gelu', [x], x), scalarValue(g, 2)], x);
  }
  return undefined;
};

/**
 * A value without the 2 that intoGelu has put beside it, also behind a reshape; undefined where
 * there is none.
 */
function halved(g: Graph, x: Value): Value | undefined {
  const node = nodeOf(x);
  if (node?.op !== 'Reshape') return beside(x, 'Mul', 2);
  const inner = halved(g, node.inputs[0]!);
  return inner && reshape(g, inner, x.shape);
}

/** A product with such a value -> the product without the 2, twice the alpha. */
const outOfOperand: Rule = (g, node, inputs) => {
  if (!PRODUCTS.includes(node.op) || !g.does('gelu')) return undefined;
  const halves = inputs.map((x, i) => (i < 2 ? halved(g, x) : undefined));
  const factor = 2 ** halves.filter((x) => x !== undefined).length;
  if (factor === 1) return undefined;
  const bare = inputs.map((x, i) => halves[i] ?? x);
  const attrs = { ...node.attrs, alpha: { float: alphaOf(node) * factor } };
  return g.emit(node.op, bare, node.outputs[0]!, attrs, node.domain);
};

const RULES: readonly Rule[] = [intoAlpha, intoGemm, intoGelu, outOfOperand];

/**
 * Rewrites what the outputs need by rules that must know who else reads a value: fusing a product
 * that another node also reads would compute it twice. What each rule is worth: README.
 */
export function fuse(g: Graph, outputs: { readonly [name: string]: Value }): { readonly [name: string]: Value } {
  const nodes = reachable(Object.values(outputs));
  const readers = new Map<Value, number>();
  const count = (value: Value): unknown => readers.set(value, (readers.get(value) ?? 0) + 1);
  nodes.forEach((node) => node.inputs.forEach(count));
  Object.values(outputs).forEach(count);

  const rewritten = new Map<Value, Value>();
  const now = (value: Value): Value => rewritten.get(value) ?? value;
  for (const node of nodes) {
    const inputs = node.inputs.map(now);
    const alone = (index: number): boolean => readers.get(node.inputs[index]!) === 1;
    const better = RULES.map((rule) => rule(g, node, inputs, alone)).find((value) => value !== undefined);
    if (better) rewritten.set(node.outputs[0]!, better);
    else if (inputs.some((value, i) => value !== node.inputs[i])) {
      const made = g.emitAll(node.op, inputs, node.attrs, node.outputs, node.domain);
      node.outputs.forEach((output, i) => rewritten.set(output, made[i]!));
    }
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, now(value)]));
}
