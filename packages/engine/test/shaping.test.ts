import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { it } from 'vitest';
import { bools, describeProviders, expectSame, integers, numbers, shapes } from './differential.ts';

type Op = (x: tf.Tensor) => tf.Tensor;

/** Value and gradient; the square makes every element of the gradient depend on its own value. */
const both = (name: string, op: Op, x: tf.Tensor): [string, tf.Tensor][] => [
  [`${name} value`, op(x)],
  [`${name} slope`, tf.grad((t) => tf.sum(tf.square(op(t))))(x)],
];

const all = (ops: Record<string, Op>, x: tf.Tensor): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(ops).flatMap(([name, op]) => both(name, op, x)));

await describeProviders('shape kernels and their gradients, compiled against eager', (provider, runs) => {
  it('reshape, transpose, reverse, tile, pad, slice, split, stack, concat', async () => {
    const order = fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes(1), order, fc.nat(1000), async (shape, keys, seed) => {
        const rank = shape.length;
        const axis = keys[0]! % rank;
        const perm = shape.map((_, i) => i).sort((i, j) => keys[i]! - keys[j]! || i - j);
        const begin = shape.map((dim, i) => keys[i]! % dim);
        const size = shape.map((dim, i) => 1 + (keys[3 - i]! % (dim - begin[i]!)));
        const reps = shape.map((_, i) => 1 + (keys[i]! % 3));
        const paddings = shape.map((_, i) => [keys[i]! % 3, keys[3 - i]! % 2] as [number, number]);
        const ops: Record<string, Op> = {
          flat: (x) => tf.reshape(x, [-1]),
          expandDims: (x) => tf.expandDims(x, axis),
          expandLast: (x) => tf.expandDims(x, -1),
          squeeze: (x) => tf.squeeze(tf.expandDims(x, 0), [0]),
          transpose: (x) => tf.transpose(x, perm),
          twice: (x) => tf.transpose(tf.transpose(x, perm), perm),
          reverse: (x) => tf.reverse(x, [axis]),
          tile: (x) => tf.tile(x, reps),
          pad: (x) => tf.pad(x, paddings, 0.5),
          slice: (x) => tf.slice(x, begin, size),
          sliceRest: (x) => tf.slice(x, begin),
          concat: (x) => tf.concat([x, tf.mul(x, 2), x], axis),
          stack: (x) => tf.stack([x, tf.neg(x)], axis),
          // tfjs' own gradient of unstack fails when there is only one part.
          unstack: (x) => tf.addN(tf.unstack(tf.concat([x, x], axis), axis).map((part, i) => tf.mul(part, i + 1))),
          broadcastTo: (x) => tf.broadcastTo(tf.sum(x, axis, true), shape),
        };
        const sections = ([x]: tf.Tensor[]): tf.Tensor[] => tf.split(tf.concat([x!, x!, x!], axis), 3, axis);
        await expectSame(
          provider,
          ({ x }) => ({
            ...all(ops, x!),
            ...all({ split: (t) => tf.addN(sections([t]).map((part, i) => tf.mul(part, i + 1))) }, x!),
          }),
          { x: numbers(shape, seed) },
        );
      }),
      { numRuns: runs(12) },
    );
  });

  it('strided slices, forwards, backwards and with masks', async () => {
    const cases: [number[], number[], number[], number, number, number, number, number][] = [
      [[0, 1, 0], [3, 4, 5], [2, 2, 3], 0, 0, 0, 0, 0],
      [[2, -1, 4], [-4, -5, 0], [-1, -2, -2], 0, 0, 0, 0, 0],
      [[0, 0, 1], [0, 0, 4], [1, 1, 1], 3, 3, 0, 0, 0],
      [[1, 0, 0], [2, 4, 5], [1, 1, 1], 0, 0, 0, 0, 1],
      [[0, 1], [0, 3], [1, 1], 0, 0, 1, 0, 0],
      [[0, 0, 0], [0, 3, 4], [1, 1, 1], 0, 0, 0, 1, 0],
    ]; // prettier-ignore
    for (const [begin, end, strides, ...masks] of cases) {
      await expectSame(provider, ({ x }) => ({ part: tf.stridedSlice(x!, begin, end, strides, ...masks) }), {
        x: numbers([3, 4, 5], 7),
      });
    }
  });

  it('where, oneHot and masks of bool', async () => {
    await fc.assert(
      fc.asyncProperty(shapes(1, 3), fc.nat(1000), async (shape, seed) => {
        const inputs = {
          x: numbers(shape, seed),
          y: numbers(shape, seed + 3),
          keep: bools(shape, seed),
          ids: integers(shape, seed, -1, 6),
        };
        await expectSame(
          provider,
          ({ x, y, keep, ids }) => {
            const picked = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.where(keep!, tf.square(a), tf.mul(b, 3));
            const [dx, dy] = tf.grads((a, b) => tf.sum(picked(a!, b!)))([x!, y!]);
            return {
              picked: picked(x!, y!),
              dx: dx!,
              dy: dy!,
              dropped: tf.grad((a) => tf.sum(tf.square(tf.mul(a, tf.cast(keep!, 'float32')))))(x!),
              filled: tf.where(keep!, x!, tf.scalar(-1e9)),
              oneHot: tf.oneHot(ids!, 5),
              soft: tf.oneHot(ids!, 5, 0.9, 0.1, 'float32'),
            };
          },
          inputs,
        );
      }),
      { numRuns: runs(8) },
    );
  });

  it('constants made from JavaScript values', async () => {
    await expectSame(
      provider,
      ({ x }) => ({
        range: tf.add(x!, tf.range(0, 3)),
        linspace: tf.linspace(0, 1, 5),
        fill: tf.fill([2, 3], 7),
        table: tf.mul(x!, tf.tensor([0.5, -0, 2])),
        ints: tf.tensor1d([1, 2, 3], 'int32'),
        bool: tf.tensor1d([true, false], 'bool'),
        eye: tf.matMul(tf.eye(3), tf.reshape(x!, [3, 1])),
        zeros: tf.add(tf.zeros([2, 3]), x!),
        scalar: tf.scalar(3),
      }),
      { x: numbers([3], 1) },
    );
  });
});
