import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PureFunction } from '../src/index.ts';
import type { GraphPass } from '../src/graph/graph.ts';
import { compileFunction } from '../src/onnx/compile.ts';
import { onnxEngine } from '../src/onnx/engine.ts';
import { startTrace } from '../src/trace/backend.ts';
import { evaluate, expectSame, native, numbers } from './differential.ts';

const inputs = {
  x: numbers([2, 3, 4], 1),
  w: numbers([4, 5], 2),
  b: numbers([5], 3),
  A: numbers([2, 4], 4),
  B: numbers([5, 2], 5),
};

/** Operators of the compiled function, and the check that what is left still computes the same. */
async function operators(fn: PureFunction): Promise<Record<string, number>> {
  await expectSame('cpu', fn, inputs, 1e-5, 1e-5);
  const counts: Record<string, number> = {};
  for (const { op } of compileFunction(fn, inputs, { twice: false }).model.nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

beforeAll(startTrace);

const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

describe('what is left of a function when it is compiled', () => {
  it('a linear map with bias, a low-rank branch and its scale is three products', async () => {
    const lora: PureFunction = ({ x, w, b, A, B }) => {
      const rows = tf.reshape(x!, [6, 4]);
      const base = tf.reshape(tf.add(tf.matMul(rows, w!), b!), [2, 3, 5]);
      const up = tf.matMul(tf.matMul(rows, A!, false, true), B!, false, true);
      return { y: tf.add(base, tf.reshape(tf.mul(up, 2), [2, 3, 5])) };
    };
    expect(await operators(lora)).toEqual({ Gemm: 3, Reshape: 2 });
  });

  it('a product with the identity is no work, so merged weights are one product and one addition', async () => {
    const merged: PureFunction = ({ w, A, B }) => {
      const eye = tf.reshape(tf.cast(tf.oneHot(tf.range(0, 4, 1, 'int32'), 4), 'float32'), [1, 4, 4]);
      const base = tf.matMul(tf.reshape(eye, [-1, 4]), w!);
      const up = tf.matMul(tf.matMul(tf.reshape(eye, [-1, 4]), A!, false, true), B!, false, true);
      return { whole: tf.add(base, tf.mul(up, 2)) };
    };
    expect(await operators(merged)).toEqual({ Gemm: 1, Transpose: 1 });
  });

  it('a product that is read twice is not computed twice', async () => {
    const shared: PureFunction = ({ x, w, b }) => {
      const y = tf.matMul(tf.reshape(x!, [6, 4]), w!);
      return { y, z: tf.add(y, b!), half: tf.mul(y, 0.5) };
    };
    expect(await operators(shared)).toEqual({ Gemm: 1, Add: 1, Mul: 1, Reshape: 1 });
  });

  it('gradients of sum and mean are not stretched', async () => {
    const slopes: PureFunction = ({ x }) => ({ dx: tf.grad((t) => tf.mean(tf.sum(tf.square(t), -1)))(x!) });
    expect(await operators(slopes)).toEqual({ Mul: 1 });
  });

  it('an erf gelu is one pass forward, and four and seven more with its gradient', async () => {
    const product: PureFunction = ({ x, w }) => ({ y: tf.matMul(tf.reshape(gelu(x!), [6, 4]), w!) });
    expect(await operators(product)).toEqual({ Gelu: 1, Gemm: 1, Reshape: 1 });
    const slope: PureFunction = ({ x, w }) => {
      const { value, grad } = tf.valueAndGrad((t: tf.Tensor) =>
        tf.sum(tf.square(tf.matMul(tf.reshape(gelu(t), [6, 4]), w!))),
      )(x!);
      return { value, grad };
    };
    const { Mul, Add, Erf, Exp } = await operators(slope);
    // Forward 2, gradient 5, the square of the loss, and a last number that no product follows here
    // to take it.
    expect({ Mul, Add, Erf, Exp }).toEqual({ Mul: 2 + 5 + 1 + 1, Add: 2, Erf: 1, Exp: 1 });
  });

  it('a gelu in one pass has the bits of its four passes, also where it ends in no product', async () => {
    const fn: PureFunction = ({ x, w }) => ({ y: gelu(x!), z: tf.matMul(gelu(x!), w!) });
    const spread = { x: numbers([512, 4], 1, -12, 12), w: inputs.w };
    const parts = await onnxEngine({ threads: 1, without: ['gelu'] });
    const [whole, composed] = [await evaluate(await native(), fn, spread), await evaluate(parts, fn, spread)];
    expect(whole).toEqual(composed);
    const counts = (without: readonly GraphPass[]): number =>
      compileFunction(fn, spread, { twice: false, without }).model.nodes.filter(({ op }) => op === 'Gelu').length;
    expect([counts([]), counts(['gelu'])]).toEqual([1, 0]);
    await parts.close();
  });

  it('a product with erf alone, or with another number, is no gelu', async () => {
    const near: PureFunction = ({ x }) => ({
      erf: tf.mul(x!, tf.erf(tf.mul(x!, Math.SQRT1_2))),
      two: tf.mul(x!, tf.add(tf.erf(tf.mul(x!, Math.SQRT1_2)), 2)),
      other: tf.mul(x!, tf.add(tf.erf(tf.mul(x!, 0.7)), 1)),
    });
    expect(await operators(near)).not.toHaveProperty('Gelu');
  });

  it('equal operations are done once and unread ones not at all', async () => {
    const twice: PureFunction = ({ x }) => {
      tf.tanh(x!);
      return { a: tf.exp(tf.square(x!)), b: tf.add(tf.exp(tf.square(x!)), 1) };
    };
    expect(await operators(twice)).toEqual({ Mul: 1, Exp: 1, Add: 1 });
  });
});
