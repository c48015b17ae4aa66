import { sizeOf } from '../host.ts';
import { nodeOf, type Attrs, type ElementType, type Graph, type Value } from './graph.ts';
import { broadcast, padLeft, reshapeBroadcast, sameShape, type Shape } from './shapes.ts';
import { expand, reshape, scalarValue, singleValue, unstretched } from './views.ts';

/** An elementwise operator of one operand. */
export function unary(g: Graph, op: string, x: Value, attrs: Attrs = {}, dtype: ElementType = x.dtype): Value {
  return apply(g, op, [x], dtype, attrs);
}

/**
 * An elementwise operator of several operands with broadcasting, recorded at the smallest shape
 * that gives all numbers.
 */
export function elementwise(g: Graph, op: string, operands: readonly Value[], dtype: ElementType): Value {
  return apply(g, op, operands, dtype, {});
}

function apply(g: Graph, op: string, operands: readonly Value[], dtype: ElementType, attrs: Attrs): Value {
  const shape = broadcast(...operands.map((x) => x.shape));
  const sources = operands.map(unstretched);
  const small = broadcast(...sources.map((x) => x.shape));
  const flat = sunk(g, sources, small);
  const out = flat
    ? reshape(g, g.emit(op, flat, { dtype, shape: broadcast(...flat.map((x) => x.shape)) }, attrs), small)
    : g.emit(op, sources, { dtype, shape: small }, attrs);
  return expand(g, out, shape);
}

/**
 * The operands as they were before a reshape that only regrouped axes, when all can follow. So
 * reshapes move down until they cancel: the [B T, d] of a matrix product meets the next product or
 * addition directly, and can be fused with it.
 */
function sunk(g: Graph, operands: readonly Value[], shape: Shape): readonly Value[] | undefined {
  if (!g.does('reshapes')) return undefined;
  const reshaped = operands.find((x) => nodeOf(x)?.op === 'Reshape' && sameShape(x.shape, shape));
  if (!reshaped) return undefined;
  const target = nodeOf(reshaped)!.inputs[0]!.shape;
  const moved: Value[] = [];
  for (const x of operands) {
    const to = reshapeBroadcast(padLeft(x.shape, shape.length), shape, target);
    if (!to) return undefined;
    moved.push(sizeOf(x.shape) === 1 ? x : reshape(g, x, to));
  }
  return moved;
}

/** Converts the element type; float to int truncates, anything but 0 is true. */
export function cast(g: Graph, x: Value, dtype: ElementType): Value {
  if (x.dtype === dtype) return x;
  const known = singleValue(x);
  if (known !== undefined && dtype !== 'float64') {
    return expand(
      g,
      scalarValue(g, dtype === 'float32' || dtype === 'bool' ? known : Math.trunc(known), dtype),
      x.shape,
    );
  }
  return unary(g, 'Cast', x, { to: { type: dtype } }, dtype);
}

const FOLD = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Div: (a: number, b: number) => a / b,
} as const;

type Arithmetic = keyof typeof FOLD;

/** What an operation with a known number on one side is, when it is no work. */
function trivial(g: Graph, op: Arithmetic, a: Value, b: Value, shape: Shape): Value | undefined {
  const [left, right] = [singleValue(a), singleValue(b)];
  if (left !== undefined && right !== undefined && a.dtype === 'float32') {
    return expand(g, scalarValue(g, Math.fround(FOLD[op](left, right))), shape);
  }
  const zero = (): Value => expand(g, scalarValue(g, 0, a.dtype), shape);
  if (op === 'Mul' && right === 1) return expand(g, a, shape);
  if (op === 'Mul' && left === 1) return expand(g, b, shape);
  if (op === 'Mul' && (right === 0 || left === 0)) return zero();
  if (op === 'Add' && left === 0) return expand(g, b, shape);
  if ((op === 'Add' || op === 'Sub') && right === 0) return expand(g, a, shape);
  if (op === 'Div' && right === 1) return expand(g, a, shape);
  if (op === 'Div' && left === 0) return zero();
  return undefined;
}

/**
 * A value as a factor times the rest, also behind a reshape; the factor is 1 when there is none.
 */
export function scaled(g: Graph, x: Value): { readonly base: Value; readonly factor: number } {
  const node = x.dtype === 'float32' && g.does('numbers') ? nodeOf(x) : undefined;
  if (node?.op === 'Reshape') {
    const inner = scaled(g, node.inputs[0]!);
    return inner.factor === 1
      ? { base: x, factor: 1 }
      : { base: reshape(g, inner.base, x.shape), factor: inner.factor };
  }
  const factor = node?.op === 'Mul' ? singleValue(node.inputs[1]!) : undefined;
  return factor === undefined ? { base: x, factor: 1 } : { base: node!.inputs[0]!, factor };
}

/** x times a number; numbers meet, and the remaining one is the second operand of a Mul. */
export function scale(g: Graph, x: Value, by: number): Value {
  const { base, factor } = scaled(g, unstretched(x));
  const total = Math.fround(factor * by);
  if (total === 1) return expand(g, base, x.shape);
  const number = scalarValue(g, total);
  const simple = trivial(g, 'Mul', base, number, base.shape);
  return expand(g, simple ?? apply(g, 'Mul', [base, number], 'float32', {}), x.shape);
}

/**
 * Sum of two values of one type. A number or a factor of full size that both have is taken out: a
 * product less.
 */
export function add(g: Graph, a: Value, b: Value): Value {
  const shape = broadcast(a.shape, b.shape);
  const simple = trivial(g, 'Add', a, b, shape);
  if (simple || a.dtype !== 'float32') return simple ?? elementwise(g, 'Add', [a, b], a.dtype);
  const [before, other] = [nodeOf(a), nodeOf(b)].map((node) => (node?.op === 'Reshape' ? node.inputs[0]! : undefined));
  if (before && other && sameShape(a.shape, b.shape) && sameShape(before.shape, other.shape)) {
    return reshape(g, add(g, before, other), shape);
  }
  const [left, right] = [scaled(g, a), scaled(g, b)];
  if (right.factor === -1) return subtract(g, a, right.base);
  if (left.factor === -1) return subtract(g, b, left.base);
  const shared = g.does('factors') ? sharedFactor(left.base, right.base) : undefined;
  if (shared) {
    const [restA, restB] = [left, right].map(({ base, factor }) => scale(g, without(g, base, shared), factor));
    return multiply(g, shared, add(g, restA!, restB!));
  }
  if (left.factor === 1 || right.factor === 1) return elementwise(g, 'Add', [a, b], 'float32');
  return scale(g, add(g, left.base, scale(g, right.base, right.factor / left.factor)), left.factor);
}

/** The values of equal shape whose product a value is. */
function factors(x: Value): readonly Value[] {
  const node = nodeOf(x);
  const parts = node?.op === 'Mul' && node.inputs.every((part) => sameShape(part.shape, x.shape)) ? node.inputs : [];
  return parts.length > 0 ? parts.flatMap(factors) : [x];
}

function sharedFactor(a: Value, b: Value): Value | undefined {
  if (!sameShape(a.shape, b.shape) || sizeOf(a.shape) === 1) return undefined;
  const [left, right] = [factors(a), factors(b)];
  return left.length > 1 && right.length > 1 ? left.find((x) => right.includes(x)) : undefined;
}

function without(g: Graph, product: Value, factor: Value): Value {
  const rest = [...factors(product)];
  rest.splice(rest.indexOf(factor), 1);
  return rest.reduce((x, y) => multiply(g, x, y));
}

/** Difference of two values of one type. */
export function subtract(g: Graph, a: Value, b: Value): Value {
  const shape = broadcast(a.shape, b.shape);
  const simple = trivial(g, 'Sub', a, b, shape);
  if (simple || a.dtype !== 'float32') return simple ?? elementwise(g, 'Sub', [a, b], a.dtype);
  const right = scaled(g, b);
  return right.factor === -1 ? add(g, a, right.base) : elementwise(g, 'Sub', [a, b], 'float32');
}

/**
 * Product of two values of one type. Numbers among the factors move outwards, where they meet each
 * other and end in a matrix product's alpha; in a product with a smaller value they stay with the
 * smaller one. A product with an exact 0 is 0, also where the other side is not finite.
 */
export function multiply(g: Graph, a: Value, b: Value): Value {
  const shape = broadcast(a.shape, b.shape);
  const simple = trivial(g, 'Mul', a, b, shape);
  if (simple || a.dtype !== 'float32') return simple ?? elementwise(g, 'Mul', [a, b], a.dtype);
  const [left, right] = [singleValue(a), singleValue(b)];
  if (right !== undefined) return expand(g, scale(g, a, right), shape);
  if (left !== undefined) return expand(g, scale(g, b, left), shape);
  const [first, second] = [scaled(g, a), scaled(g, b)];
  const factor = Math.fround(first.factor * second.factor);
  const [sizeA, sizeB] = [sizeOf(unstretched(a).shape), sizeOf(unstretched(b).shape)];
  if (factor === 1) return elementwise(g, 'Mul', [first.base, second.base], 'float32');
  if (sizeA < sizeB) return elementwise(g, 'Mul', [scale(g, first.base, factor), second.base], 'float32');
  if (sizeB < sizeA) return elementwise(g, 'Mul', [first.base, scale(g, second.base, factor)], 'float32');
  return scale(g, elementwise(g, 'Mul', [first.base, second.base], 'float32'), factor);
}

/**
 * Quotient of two values of one type. Division by a known float is a product with its inverse, one
 * rounding away.
 */
export function divide(g: Graph, a: Value, b: Value): Value {
  const shape = broadcast(a.shape, b.shape);
  const simple = trivial(g, 'Div', a, b, shape);
  if (simple) return simple;
  const right = a.dtype === 'float32' ? singleValue(b) : undefined;
  if (right !== undefined && right !== 0) return expand(g, scale(g, a, Math.fround(1 / right)), shape);
  return elementwise(g, 'Div', [a, b], a.dtype);
}

/** Picks `t` where the condition holds, else `e`. */
export function select(g: Graph, condition: Value, t: Value, e: Value): Value {
  const known = singleValue(condition);
  const shape = broadcast(condition.shape, t.shape, e.shape);
  if (known !== undefined) return expand(g, known ? t : e, shape);
  return elementwise(g, 'Where', [condition, t, e], t.dtype);
}
