import { expect, it, describe } from 'vitest';
import { layoutOf, pack, sizeOf, tf, unpack, valueAndGrad, viewOf } from '../src/index.ts';
import { evaluate, floats, onEveryEngine } from './engines.ts';

const layout = layoutOf([
  { name: 'a', shape: [2, 2] },
  { name: 'b', shape: [] },
  { name: 'c', shape: [3] },
]);

describe('a layout', () => {
  it('lays shapes end to end; a scalar takes one place', () => {
    expect(layout.size).toBe(8);
    expect(layout.slots.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['a', 0, 4],
      ['b', 4, 1],
      ['c', 5, 3],
    ]);
    expect(sizeOf([])).toBe(1);
    expect(layoutOf([]).size).toBe(0);
  });

  it('refuses a name that repeats', () => {
    expect(() => layoutOf([layout.slots[0]!, layout.slots[0]!])).toThrow('share a name');
  });

  it('gives views into a host vector', () => {
    const flat = Float32Array.from({ length: 8 }, (_, i) => i);
    viewOf(layout, flat, 'c').fill(9);
    expect([...flat]).toEqual([0, 1, 2, 3, 4, 9, 9, 9]);
    expect(() => viewOf(layout, flat, 'd')).toThrow('no parameter named d');
  });
});

onEveryEngine('pack and unpack', (engine) => {
  it('are inverse', async () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    const { flat, a } = await evaluate(
      engine(),
      ({ x }) => {
        const named = unpack(layout, x as tf.Tensor1D);
        return { flat: pack(layout, named), a: tf.transpose(named.a!) };
      },
      { x: floats([8], values) },
    );
    expect([...flat!]).toEqual(values);
    expect([...a!]).toEqual([1, 3, 2, 4]);
  });

  it('hand gradients back end to end, zeros for what the loss did not touch', async () => {
    const { grad } = await evaluate(
      engine(),
      ({ x }) =>
        valueAndGrad((theta) => {
          const { a, c } = unpack(layout, theta);
          return tf.add(tf.sum(tf.square(a!)), tf.sum(tf.mul(c!, 3))) as tf.Scalar;
        }, x as tf.Tensor1D),
      { x: floats([8], [1, 2, 3, 4, 5, 6, 7, 8]) },
    );
    expect([...grad!]).toEqual([2, 4, 6, 8, 0, 3, 3, 3]);
  });
});

it('packing a record that lacks a name is refused', () => {
  expect(() => pack(layout, {})).toThrow('no parameter named a');
});

it('a layout of one parameter packs and unpacks', () => {
  tf.tidy(() => {
    const one = layoutOf([{ name: 'w', shape: [1, 3] }]);
    const named = unpack(one, tf.tensor1d([1, 2, 3]));
    expect(named.w!.shape).toEqual([1, 3]);
    expect(pack(one, named).arraySync()).toEqual([1, 2, 3]);
  });
});
