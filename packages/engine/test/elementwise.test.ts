import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  broadcastShapes,
  bools,
  describeProviders,
  eager,
  evaluate,
  expectSame,
  integers,
  native,
  numbers,
  shapes,
} from './differential.ts';

type Op = (x: tf.Tensor) => tf.Tensor;
type Op2 = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Value and gradient of an operation, weighted so that every element of the gradient differs. */
const both = (op: Op, x: tf.Tensor, weight: tf.Tensor): Record<string, tf.Tensor> => ({
  value: op(x),
  slope: tf.grad((t) => tf.sum(tf.mul(op(t), weight)))(x),
});

const named = (name: string, parts: Record<string, tf.Tensor>): [string, tf.Tensor][] =>
  Object.entries(parts).map(([part, tensor]) => [`${name} ${part}`, tensor]);

const ANYWHERE: Record<string, Op> = {
  exp: tf.exp,
  neg: tf.neg,
  abs: tf.abs,
  square: tf.square,
  erf: tf.erf,
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
  relu: tf.relu,
  relu6: tf.relu6,
  elu: tf.elu,
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  softplus: tf.softplus,
  step: (x) => tf.step(x, 0.5),
  sign: tf.sign,
  sin: tf.sin,
  cos: tf.cos,
  atan: tf.atan,
  sinh: tf.sinh,
  cosh: tf.cosh,
  asinh: tf.asinh,
  floor: tf.floor,
  ceil: tf.ceil,
  round: tf.round,
  expm1: tf.expm1,
  clip: (x) => tf.clipByValue(x, -0.7, 0.9),
  zerosLike: tf.zerosLike,
  onesLike: tf.onesLike,
  clone: (x) => tf.clone(x),
  cube: (x) => tf.pow(x, 3),
  toInt: (x) => tf.cast(tf.cast(tf.mul(x, 3), 'int32'), 'float32'),
  prelu: (x) => tf.prelu(x, tf.scalar(0.25)),
};

const POSITIVE: Record<string, Op> = {
  log: tf.log,
  log1p: tf.log1p,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  reciprocal: tf.reciprocal,
  power: (x) => tf.pow(x, 1.7),
};

const INSIDE: Record<string, Op> = { asin: tf.asin, acos: tf.acos, atanh: tf.atanh, tan: tf.tan };

await describeProviders('elementwise kernels and their gradients, compiled against eager', (provider, runs) => {
  // WGSL allows sin and cos an absolute error of 2^-11, acos and asin 7e-5, and tan, their slopes
  // and quotients inherit it.
  const wide = (tolerance: number): number => (provider === 'webgpu' ? 1e-3 : tolerance);

  it.each([
    ['on the whole line', ANYWHERE, -2, 2, 3e-6],
    ['on positive numbers', POSITIVE, 0.2, 3, 3e-6],
    // The slopes of asin, acos and atanh grow like 1/(1 - x^2); at 0.9 they magnify a rounding
    // about fivefold.
    ['inside (-0.9, 0.9)', INSIDE, -0.9, 0.9, 1e-5],
  ] as const)('%s', async (_, ops, low, high, tolerance) => {
    await fc.assert(
      fc.asyncProperty(shapes(), fc.nat(1000), async (shape, seed) => {
        const inputs = { x: numbers(shape, seed, low, high), weight: numbers(shape, seed + 1, 0.5, 1.5) };
        await expectSame(
          provider,
          ({ x, weight }) =>
            Object.fromEntries(Object.entries(ops).flatMap(([name, op]) => named(name, both(op, x!, weight!)))),
          inputs,
          wide(tolerance),
          wide(3e-6),
        );
      }),
      { numRuns: runs(8) },
    );
  });

  const BINARY: Record<string, Op2> = {
    add: tf.add,
    sub: tf.sub,
    mul: tf.mul,
    div: tf.div,
    // tfjs' own gradients of these three do not reduce over broadcast axes, so both operands are
    // full here.
    maximum: (a, b) => tf.maximum(tf.add(a, tf.zerosLike(b)), tf.add(b, tf.zerosLike(a))),
    minimum: (a, b) => tf.minimum(tf.add(a, tf.zerosLike(b)), tf.add(b, tf.zerosLike(a))),
    squaredDifference: (a, b) => tf.squaredDifference(tf.add(a, tf.zerosLike(b)), tf.add(b, tf.zerosLike(a))),
    pow: (a, b) => tf.pow(tf.add(tf.abs(a), 0.5), b),
    // Plain JS types the quotient of floats as int32, TensorFlow as float32.
    floorDiv: (a, b) => tf.cast(tf.floorDiv(tf.mul(a, 5), b), 'float32'),
  };
  const MORE: Record<string, Op2> = {
    maximum: tf.maximum,
    minimum: tf.minimum,
    squaredDifference: tf.squaredDifference,
  };
  const COMPARE: Record<string, Op2> = {
    greater: tf.greater,
    greaterEqual: tf.greaterEqual,
    less: tf.less,
    lessEqual: tf.lessEqual,
    equal: tf.equal,
    notEqual: tf.notEqual,
  };

  it('with two operands and broadcasting', async () => {
    await fc.assert(
      fc.asyncProperty(broadcastShapes, fc.nat(1000), async ([left, right], seed) => {
        // Away from 0, where the slope of a quotient explodes; a and b are on both sides of each
        // other.
        const inputs = { a: numbers(left, seed, 0.5, 2), b: numbers(right, seed + 1, 0.5, 2) };
        await expectSame(
          provider,
          ({ a, b }) => ({
            ...Object.fromEntries(Object.entries(MORE).map(([name, op]) => [`${name} broadcast`, op(a!, b!)])),
            ...Object.fromEntries(
              Object.entries(BINARY).flatMap(([name, op]) => {
                const [da, db] = tf.grads((s, t) => tf.sum(tf.mul(op(s!, t!), op(s!, t!))))([a!, b!]);
                return named(name, { value: op(a!, b!), da: da!, db: db! });
              }),
            ),
          }),
          inputs,
          1e-5,
        );
      }),
      { numRuns: runs(12) },
    );
  });

  it('comparisons and logic, of floats, integers and bools', async () => {
    await fc.assert(
      fc.asyncProperty(broadcastShapes, fc.nat(1000), async ([left, right], seed) => {
        const inputs = {
          a: integers(left, seed, -3, 4),
          b: integers(right, seed + 1, -3, 4),
          p: bools(left, seed),
          q: bools(right, seed + 5),
        };
        await expectSame(
          provider,
          ({ a, b, p, q }) => {
            const floats = Object.entries(COMPARE).map(([name, op]) => [
              `${name} f`,
              op(tf.cast(a!, 'float32'), tf.cast(b!, 'float32')),
            ]);
            const ints = Object.entries(COMPARE).map(([name, op]) => [`${name} i`, op(a!, b!)]);
            return {
              ...(Object.fromEntries([...floats, ...ints]) as Record<string, tf.Tensor>),
              and: tf.logicalAnd(p!, q!),
              or: tf.logicalOr(p!, q!),
              xor: tf.logicalXor(p!, q!),
              not: tf.logicalNot(p!),
              sum: tf.add(a!, b!),
              product: tf.mul(a!, b!),
              max: tf.maximum(a!, b!),
              floorDiv: tf.floorDiv(a!, tf.onesLike(b!).mul(tf.scalar(-2, 'int32'))),
              asFloat: tf.cast(p!, 'float32'),
              asInt: tf.cast(q!, 'int32'),
              asBool: tf.cast(a!, 'bool'),
            };
          },
          inputs,
        );
      }),
      { numRuns: runs(8) },
    );
  });

  // WGSL allows log near 1 an absolute error of 2^-21, so there is nothing to hold there on a GPU.
  it.skipIf(provider === 'webgpu')('is exact near 0 for log1p and expm1', async () => {
    const x = { dtype: 'float32', shape: [4], data: Float32Array.of(1e-7, -3e-6, 2e-4, 0) } as const;
    await expectSame(provider, ({ x }) => ({ log1p: tf.log1p(x!), expm1: tf.expm1(x!) }), { x }, 1e-6, 0);
  });

  it('passes on what is not a number', async () => {
    const x = { dtype: 'float32', shape: [3], data: Float32Array.of(NaN, Infinity, 1) } as const;
    const fn = ({ x }: { [name: string]: tf.Tensor }): Record<string, tf.Tensor> => ({
      nan: tf.isNaN(x!),
      inf: tf.isInf(x!),
      finite: tf.isFinite(x!),
      sum: tf.add(x!, 1),
      square: tf.square(x!),
    });
    const [a, b] = [await evaluate(await eager(), fn, { x }), await evaluate(await native(provider), fn, { x })];
    expect(b).toEqual(a);
  });
});
