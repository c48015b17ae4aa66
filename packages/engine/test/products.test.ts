import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { it } from 'vitest';
import { describeProviders, expectSame, integers, numbers, shapes } from './differential.ts';

const dims = fc.integer({ min: 1, max: 5 });

await describeProviders('matrix products, gathers and scatters, compiled against eager', (provider, runs) => {
  it('matMul with every transposition and its gradients', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes(0, 2),
        dims,
        dims,
        dims,
        fc.boolean(),
        fc.boolean(),
        fc.nat(1000),
        async (batch, m, k, n, tA, tB, seed) => {
          const inputs = {
            a: numbers([...batch, ...(tA ? [k, m] : [m, k])], seed),
            b: numbers([...batch, ...(tB ? [n, k] : [k, n])], seed + 1),
          };
          await expectSame(
            provider,
            ({ a, b }) => {
              const product = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.matMul(x, y, tA, tB);
              const [da, db] = tf.grads((x, y) => tf.sum(tf.square(product(x!, y!))))([a!, b!]);
              return { product: product(a!, b!), da: da!, db: db! };
            },
            inputs,
            1e-5,
            1e-5,
          );
        },
      ),
      { numRuns: runs(20) },
    );
  });

  it('matMul with a broadcast batch, of explicit transposes, and fused with bias and activation', async () => {
    const inputs = {
      a: numbers([2, 3, 4, 5], 1),
      b: numbers([1, 3, 5, 2], 2),
      w: numbers([5, 6], 3),
      bias: numbers([6], 4),
    };
    await expectSame(
      provider,
      ({ a, b, w, bias }) => ({
        broadcast: tf.matMul(a!, b!),
        swapped: tf.matMul(tf.transpose(b!, [0, 1, 3, 2]), tf.transpose(a!, [0, 1, 3, 2])),
        heads: tf.matMul(tf.transpose(a!, [0, 2, 1, 3]), w!),
        linear: tf.add(tf.matMul(tf.reshape(a!, [24, 5]), w!), bias!),
        twice: tf.add(tf.matMul(tf.reshape(a!, [24, 5]), w!), tf.mul(tf.matMul(tf.reshape(a!, [24, 5]), w!), 0.5)),
        ...Object.fromEntries(
          (['linear', 'relu', 'elu', 'sigmoid', 'relu6'] as const).map((activation) => [
            `fused ${activation}`,
            tf.fused.matMul({ a: tf.reshape(a!, [24, 5]), b: w!, bias: bias!, activation }),
          ]),
        ),
        einsum: tf.einsum('bhij,jk->bhik', a!, w!),
        dot: tf.dot(bias!, bias!),
        outer: tf.outerProduct(bias! as tf.Tensor1D, bias! as tf.Tensor1D),
      }),
      inputs,
      1e-5,
      1e-5,
    );
  });

  it('gather along every axis, its gradient, and segment sums that drop ids outside', async () => {
    await fc.assert(
      fc.asyncProperty(shapes(1, 3), shapes(1, 2), fc.nat(3), fc.nat(1000), async (shape, some, at, seed) => {
        const axis = at % shape.length;
        const inputs = {
          x: numbers(shape, seed),
          ids: integers(some, seed, 0, shape[axis]!),
          bins: integers([shape[0]!], seed, -1, 3),
          wide: integers([shape[0]!], seed, -2, 5),
        };
        await expectSame(
          provider,
          ({ x, ids, bins, wide }) => {
            const rows = (t: tf.Tensor): tf.Tensor => tf.gather(t, ids!, axis);
            return {
              rows: rows(x!),
              slope: tf.grad((t) => tf.sum(tf.square(rows(t))))(x!),
              sums: tf.unsortedSegmentSum(x!, wide! as tf.Tensor1D, 3),
              sumSlope: tf.grad((t) => tf.sum(tf.square(tf.unsortedSegmentSum(t, bins! as tf.Tensor1D, 3))))(x!),
            };
          },
          inputs,
        );
      }),
      { numRuns: runs(12) },
    );
  });

  it('gather with batch axes, gatherND and scatterND', async () => {
    const inputs = {
      x: numbers([2, 4, 3], 1),
      ids: integers([2, 5], 2, 0, 4),
      points: integers([5, 2], 3, 0, 2),
      new: numbers([5, 3], 4),
    };
    await expectSame(
      provider,
      ({ x, ids, points, new: updates }) => ({
        batched: tf.gather(x!, ids!, 1, 1),
        nd: tf.gatherND(x!, points!),
        scattered: tf.scatterND(points!, updates!, [2, 4, 3]),
      }),
      inputs,
    );
  });
});
