import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { it } from 'vitest';
import { bools, describeProviders, expectSame, integers, numbers, shapes } from './differential.ts';

type Op = (x: tf.Tensor) => tf.Tensor;

const all = (ops: Record<string, Op>, x: tf.Tensor): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(ops).flatMap(([name, op]) => [
      [`${name} value`, op(x)],
      [`${name} slope`, tf.grad((t) => tf.sum(tf.mul(op(t), tf.exp(op(t)))))(x)],
    ]),
  ) as Record<string, tf.Tensor>;

await describeProviders('reductions and their gradients, compiled against eager', (provider, runs) => {
  it('sum, mean, max, min, prod over any axes, with and without keepDims', async () => {
    await fc.assert(
      fc.asyncProperty(shapes(1), fc.nat(15), fc.boolean(), fc.nat(1000), async (shape, pick, keepDims, seed) => {
        const some = shape.map((_, axis) => axis).filter((axis) => (pick >> axis) % 2 === 1);
        const axes = some.length > 0 ? some : undefined;
        const negative = axes?.map((axis) => axis - shape.length);
        const ops: Record<string, Op> = {
          sum: (x) => tf.sum(x, axes, keepDims),
          mean: (x) => tf.mean(x, negative, keepDims),
          max: (x) => tf.max(x, axes, keepDims),
          min: (x) => tf.min(x, negative, keepDims),
          logSumExp: (x) => tf.logSumExp(x, axes, keepDims),
          norm: (x) => tf.sqrt(tf.sum(tf.square(x))),
          nested: (x) => tf.mean(tf.sub(x, tf.mean(x, axes, true)), axes, keepDims),
          // A tenth: the exponential behind it would magnify the rounding of a larger product.
          spread: (x) => tf.mul(tf.mul(x, 0.1), tf.sum(tf.mul(tf.sum(x, axes, true), tf.onesLike(x)), axes, true)),
        };
        await expectSame(provider, ({ x }) => all(ops, x!), { x: numbers(shape, seed, -1, 1) }, 1e-5, 1e-5);
      }),
      { numRuns: runs(15) },
    );
  });

  it('prod and its gradient over one axis or all', async () => {
    // tfjs' own gradient of prod over several but not all axes has a wrong shape, so those stay
    // out.
    await fc.assert(
      fc.asyncProperty(shapes(1, 3), fc.nat(1000), async (shape, seed) => {
        const ops = { last: (x: tf.Tensor) => tf.prod(x, shape.length - 1), all: (x: tf.Tensor) => tf.prod(x) };
        await expectSame(provider, ({ x }) => all(ops, x!), { x: numbers(shape, seed, 0.7, 1.3) }, 1e-5, 1e-5);
      }),
      { numRuns: runs(6) },
    );
  });

  it('argMax, argMin, any, all, topk, sums of integers and bools', async () => {
    await fc.assert(
      fc.asyncProperty(shapes(1, 3), fc.nat(3), fc.nat(1000), async (shape, at, seed) => {
        const axis = at % shape.length;
        const k = 1 + (seed % shape.at(-1)!);
        await expectSame(
          provider,
          ({ x, i, b }) => {
            const { values, indices } = tf.topk(x!, k);
            return {
              argMax: tf.argMax(x!, axis),
              argMin: tf.argMin(x!, axis),
              any: tf.any(b!, axis),
              every: tf.all(b!, axis, true),
              values,
              indices,
              count: tf.sum(b!),
              total: tf.sum(i!, axis),
              meanInt: tf.mean(i!, axis),
              maxInt: tf.max(i!, axis),
            };
          },
          { x: numbers(shape, seed), i: integers(shape, seed, -5, 6), b: bools(shape, seed) },
        );
      }),
      { numRuns: runs(8) },
    );
  });

  it('cumsum and cumprod in all four directions', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes(1, 3),
        fc.boolean(),
        fc.boolean(),
        fc.nat(1000),
        async (shape, exclusive, reverse, seed) => {
          // tfjs' gradient of cumsum is wrong off the last axis, so only values are compared there.
          const last = shape.length - 1;
          const ops: Record<string, Op> = { cumsum: (x) => tf.cumsum(x, last, exclusive, reverse) };
          await expectSame(
            provider,
            ({ x }) => ({
              ...all(ops, x!),
              first: tf.cumsum(x!, 0, exclusive, reverse),
              product: tf.cumprod(x!, 0, exclusive, reverse),
            }),
            { x: numbers(shape, seed) },
            1e-5,
            1e-5,
          );
        },
      ),
      { numRuns: runs(8) },
    );
  });

  it('softmax and logSoftmax', async () => {
    await fc.assert(
      fc.asyncProperty(shapes(1), fc.nat(1000), async (shape, seed) => {
        const ops: Record<string, Op> = {
          softmax: (x) => tf.softmax(x),
          logSoftmax: (x) => tf.logSoftmax(x),
          attention: (x) => tf.softmax(tf.add(tf.mul(x, 0.125), -1e4)),
        };
        await expectSame(provider, ({ x }) => all(ops, x!), { x: numbers(shape, seed, -3, 3) }, 1e-5, 1e-5);
      }),
      { numRuns: runs(8) },
    );
  });
});
