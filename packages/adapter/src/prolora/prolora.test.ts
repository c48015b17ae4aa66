import { tf } from '@lab/engine';
import { expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { plainModel } from '../size/describe.ts';
import { widened, widenedHost } from './share.ts';

it('copies are rolled along the rank axis, on the engine as on the host', () => {
  // A chunk of two columns, four ranks, three copies: strides of max(floor(4 / 3), 1) = 1, the last
  // copy cut.
  const chunk = [1, 5, 2, 6, 3, 7, 4, 8];
  const expected = [
    [1, 5, 4, 8, 3],
    [2, 6, 1, 5, 4],
    [3, 7, 2, 6, 1],
    [4, 8, 3, 7, 2],
  ];
  expect(tf.tidy(() => widened(tf.tensor2d(chunk, [4, 2]), 5, 3).arraySync())).toEqual(expected);
  expect([...widenedHost(Float32Array.from(chunk), 4, 5, 3)]).toEqual(expected.flat());
});

it('has u (d_in + d_out) + (r - u)(d_in / m + d_out / n) parameters a map', () => {
  const options = { r: 8, unshared: 2, copies_in: 4, copies_out: 2, target_modules: ['query'] };
  const adapter = adapters.build(adapters.parse({ name: 'prolora', ...options }), plainModel(64, 1));
  const size = adapter.params.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
  expect(size).toBe(2 * 128 + 6 * (16 + 32));
  expect(() => adapters.build(adapters.parse({ name: 'prolora', r: 2 }), plainModel(64, 1))).toThrow('less than r, 2');
});
