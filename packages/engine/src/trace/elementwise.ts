import {
  add,
  cast,
  divide,
  elementwise,
  expand,
  multiply,
  scalarValue,
  scale,
  select,
  subtract,
  unary,
  singleValue,
} from '../graph/algebra.ts';
import type { ElementType, Graph, Value } from '../graph/graph.ts';
import { broadcast, sameShape } from '../graph/shapes.ts';
import { sizeOf } from '../host.ts';
import { numberOf, typeOf, type KernelAttrs } from './attrs.ts';
import { lowering, type Lowering } from './kernel.ts';

type Unary = (g: Graph, x: Value, attrs: KernelAttrs) => Value;
type Binary = (g: Graph, a: Value, b: Value) => Value;

const one = (g: Graph, x: Value): Value => scalarValue(g, 1, x.dtype);
const zero = (g: Graph, x: Value): Value => scalarValue(g, 0, x.dtype);
const square: Unary = (g, x) => multiply(g, x, x);
const sqrt: Unary = (g, x) => unary(g, 'Sqrt', x);
const not: Unary = (g, x) => unary(g, 'Not', x);
const compare = (g: Graph, op: string, a: Value, b: Value): Value => elementwise(g, op, [a, b], 'bool');

/** tfjs kernels that are one ONNX operator of the same meaning. */
const SAME = [
  'Exp',
  'Log',
  'Abs',
  'Sign',
  'Sqrt',
  'Erf',
  'Tanh',
  'Sigmoid',
  'Relu',
  'Softplus',
  'Reciprocal',
  'Floor',
  'Ceil',
  'Round',
  'Sin',
  'Cos',
  'Tan',
  'Sinh',
  'Cosh',
  'Asin',
  'Acos',
  'Atan',
  'Asinh',
  'Acosh',
  'Atanh',
] as const;

const UNARY: { readonly [kernel: string]: Unary } = {
  ...Object.fromEntries(SAME.map((op) => [op, ((g, x) => unary(g, op, x)) satisfies Unary])),
  Identity: (_, x) => x,
  Neg: (g, x) => (x.dtype === 'float32' ? scale(g, x, -1) : unary(g, 'Neg', x)),
  Square: square,
  Rsqrt: (g, x) => divide(g, scalarValue(g, 1), sqrt(g, x, {})),
  Elu: (g, x) => unary(g, 'Elu', x),
  Relu6: (g, x) => elementwise(g, 'Clip', [x, scalarValue(g, 0), scalarValue(g, 6)], 'float32'),
  LogicalNot: not,
  IsNan: (g, x) => unary(g, 'IsNaN', x, {}, 'bool'),
  IsInf: (g, x) => unary(g, 'IsInf', x, {}, 'bool'),
  IsFinite: (g, x) =>
    not(g, elementwise(g, 'Or', [unary(g, 'IsNaN', x, {}, 'bool'), unary(g, 'IsInf', x, {}, 'bool')], 'bool'), {}),
  ZerosLike: (g, x) => expand(g, zero(g, x), x.shape),
  OnesLike: (g, x) => expand(g, one(g, x), x.shape),
  Log1p: log1p,
  Expm1: expm1,
};

/**
 * log(1 + x) without the cancellation near 0: x log(u) / (u - 1) with u = 1 + x as rounded (Higham
 * 2002, section 1.14.1).
 */
function log1p(g: Graph, x: Value): Value {
  const u = add(g, x, one(g, x));
  const small = compare(g, 'Equal', u, one(g, x));
  const whole = unary(g, 'IsInf', u, {}, 'bool');
  const log = unary(g, 'Log', u);
  const ratio = multiply(g, x, divide(g, log, subtract(g, u, one(g, x))));
  return select(g, small, x, select(g, whole, log, ratio));
}

/** exp(x) - 1 likewise: (u - 1) x / log(u) with u = exp(x) as rounded. */
function expm1(g: Graph, x: Value): Value {
  const u = unary(g, 'Exp', x);
  const less = subtract(g, u, one(g, x));
  const small = compare(g, 'Equal', u, one(g, x));
  const plain = elementwise(
    g,
    'Or',
    [compare(g, 'Less', u, scalarValue(g, 0.25)), unary(g, 'IsInf', u, {}, 'bool')],
    'bool',
  );
  return select(g, small, x, select(g, plain, less, multiply(g, less, divide(g, x, unary(g, 'Log', u)))));
}

const BINARY: { readonly [kernel: string]: Binary } = {
  Add: add,
  Sub: subtract,
  Multiply: (g, a, b) => (a.dtype === 'bool' ? elementwise(g, 'And', [a, b], 'bool') : multiply(g, a, b)),
  RealDiv: divide,
  Maximum: (g, a, b) => elementwise(g, 'Max', [a, b], a.dtype),
  Minimum: (g, a, b) => elementwise(g, 'Min', [a, b], a.dtype),
  Pow: power,
  SquaredDifference: (g, a, b) => square(g, subtract(g, a, b), {}),
  FloorDiv: floorDiv,
  Greater: (g, a, b) => compare(g, 'Greater', a, b),
  GreaterEqual: (g, a, b) => compare(g, 'GreaterOrEqual', a, b),
  Less: (g, a, b) => compare(g, 'Less', a, b),
  LessEqual: (g, a, b) => compare(g, 'LessOrEqual', a, b),
  Equal: (g, a, b) => compare(g, 'Equal', a, b),
  NotEqual: (g, a, b) => not(g, compare(g, 'Equal', a, b), {}),
  LogicalAnd: (g, a, b) => elementwise(g, 'And', [a, b], 'bool'),
  LogicalOr: (g, a, b) => elementwise(g, 'Or', [a, b], 'bool'),
};

/**
 * Powers that have a cheaper exact form; the general one is some thirty times slower per element.
 */
function power(g: Graph, a: Value, b: Value): Value {
  const exponent = a.dtype === 'float32' ? singleValue(b) : undefined;
  const shape = broadcast(a.shape, b.shape);
  if (exponent === 1) return expand(g, a, shape);
  if (exponent === 2) return expand(g, square(g, a, {}), shape);
  if (exponent === 3) return expand(g, multiply(g, square(g, a, {}), a), shape);
  if (sizeOf(b.shape) > 1 && !sameShape(a.shape, b.shape)) {
    // Both of full size: ONNX Runtime 1.30's Pow on WebGPU fails when a last axis is broadcast.
    const whole = [a, b].map((x) => expand(g, x, shape));
    return g.emit('Pow', whole, { dtype: a.dtype, shape });
  }
  return elementwise(g, 'Pow', [a, b], a.dtype);
}

/**
 * Quotient rounded towards minus infinity. Integers go through float64, which holds every int32
 * quotient exactly enough.
 */
function floorDiv(g: Graph, a: Value, b: Value): Value {
  const wide: ElementType = a.dtype === 'int32' ? 'float64' : a.dtype;
  const quotient = elementwise(g, 'Div', [cast(g, a, wide), cast(g, b, wide)], wide);
  return cast(g, unary(g, 'Floor', quotient), a.dtype);
}

export const ELEMENTWISE: readonly Lowering[] = [
  ...Object.entries(UNARY).map(([kernel, lower]) =>
    lowering({
      kernel,
      inputs: ['x'],
      attrs: [],
      lower: (g, [x], attrs) => lower(g, x, attrs),
    }),
  ),
  ...Object.entries(BINARY).map(([kernel, lower]) =>
    lowering({
      kernel,
      inputs: ['a', 'b'],
      attrs: [],
      lower: (g, [a, b]) => lower(g, a, b),
    }),
  ),
  { kernel: 'AddN', inputs: 'list', attrs: [], lower: (g, list) => list.reduce((sum, x) => add(g, sum, x)) },
  lowering({
    kernel: 'Cast',
    inputs: ['x'],
    attrs: ['dtype'],
    lower: (g, [x], attrs) => cast(g, x, typeOf(attrs, 'dtype')),
  }),
  lowering({
    kernel: 'Step',
    inputs: ['x'],
    attrs: ['alpha'],
    lower: (g, [x], attrs) =>
      select(g, compare(g, 'Greater', x, zero(g, x)), one(g, x), scalarValue(g, numberOf(attrs, 'alpha'), x.dtype)),
  }),
  lowering({
    kernel: 'LeakyRelu',
    inputs: ['x'],
    attrs: ['alpha'],
    lower: (g, [x], attrs) => unary(g, 'LeakyRelu', x, { alpha: { float: numberOf(attrs, 'alpha') } }),
  }),
  lowering({
    kernel: 'Prelu',
    inputs: ['x', 'alpha'],
    attrs: [],
    lower: (g, [x, alpha]) => select(g, compare(g, 'Less', x, scalarValue(g, 0)), multiply(g, x, alpha), x),
  }),
  lowering({
    kernel: 'EluGrad',
    inputs: ['dy', 'y'],
    attrs: [],
    lower: (g, [dy, y]) =>
      select(g, compare(g, 'Less', y, scalarValue(g, 0)), multiply(g, dy, add(g, y, scalarValue(g, 1))), dy),
  }),
  lowering({
    kernel: 'ClipByValue',
    inputs: ['x'],
    attrs: ['clipValueMin', 'clipValueMax'],
    lower: (g, [x], attrs) => {
      const limit = (name: string): Value => scalarValue(g, numberOf(attrs, name), x.dtype);
      return elementwise(g, 'Clip', [x, limit('clipValueMin'), limit('clipValueMax')], x.dtype);
    },
  }),
  lowering({
    kernel: 'Select',
    inputs: ['condition', 't', 'e'],
    attrs: [],
    lower: (g, [c, t, e]) => select(g, c, t, e),
  }),
];
