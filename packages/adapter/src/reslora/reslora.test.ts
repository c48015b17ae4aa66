import { present } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { expect, it } from 'vitest';
import { adapters, noNoise, type Linear } from '../index.ts';
import { plainModel } from '../size/describe.ts';
import { drawn, tensors, trained } from '../../test/tiny.ts';
import type { HostParams } from '../host-params.ts';
import { loraDelta } from '../lora/delta.ts';
import { floatsAt, matrixAt } from '../named.ts';

const model = plainModel(4, 2);
const build = (options: object) =>
  adapters.build(adapters.parse({ name: 'reslora', r: 2, alpha: 2, target_modules: ['query'], ...options }), model);
const [first, second] = model.linears.filter(({ path }) => path.endsWith('query'));

/** x A_iᵀ B_jᵀ of layers i and j. */
const part = (params: Params, x: tf.Tensor, i: number, j: number): tf.Tensor => {
  const of = (layer: number, name: string) => matrixAt(params, `layer.${layer}.attention.query.${name}`);
  return tf.matMul(tf.matMul(x, of(i, 'lora_A'), false, true), of(j, 'lora_B'), false, true);
};

it.each([
  ['input', (p: Params, x: tf.Tensor, before: tf.Tensor) => part(p, tf.add(x, before), 1, 1)],
  ['block', (p: Params, x: tf.Tensor) => tf.add(part(p, x, 1, 1), part(p, x, 0, 0))],
  ['middle', (p: Params, x: tf.Tensor, before: tf.Tensor) => tf.add(part(p, x, 1, 1), part(p, before, 0, 1))],
] as const)(
  '%s is its equation; the first layer is plain LoRA, with input shortcuts on twice its input',
  (shortcut, equation) => {
    tf.tidy(() => {
      const adapter = build({ shortcut });
      const params = tensors(trained(adapter));
      const rows = (word: string) => tensors({ x: drawn(word, [3, 4]) }).x!;
      const [x, before] = [rows('now'), rows('before')];
      const base: Linear = { W: tf.zeros([4, 4]) };
      const seen = (value: tf.Tensor) => tf.reshape(value, [1, 3, 4]);
      const flow = {
        input: (path: string) => (path === first!.path ? seen(before) : undefined),
        record: () => undefined,
      };
      const given = adapter.linear(second!, seen(x), base, params, noNoise, flow).dataSync();
      const expected = equation(params, x, before).dataSync();
      // Sums of a dozen products below ten, in float32.
      expected.forEach((value, i) => expect(Math.abs(value - present(given[i]))).toBeLessThan(1e-5));
      const start = adapter.linear(first!, seen(x), base, params, noNoise, flow).dataSync();
      part(params, shortcut === 'input' ? tf.mul(x, 2) : x, 0, 0)
        .dataSync()
        .forEach((value, i) => expect(Math.abs(value - present(start[i]))).toBeLessThan(1e-5));
    });
  },
);

it('merges where that is exact', () => {
  expect(build({ shortcut: 'block' }).delta).toBeDefined();
  expect(build({ shortcut: 'input' }).delta).toBeUndefined();
  expect(build({ shortcut: 'middle' }).delta).toBeUndefined();
  expect(() => build({ shortcut: 'input', depth: 2 })).toThrow('takes one layer back');
});

it('estimates the others by the sizes of their inputs', () => {
  const size = (path: string): number => (path === first!.path ? 3 : 2);
  const own = (shortcut: string) => {
    const adapter = build({ shortcut });
    const params = trained(adapter);
    return { params, of: (spec: typeof first) => adapter.deltaEstimate!(spec!, params, size) };
  };
  const product = (params: HostParams, i: number, j: number): Float32Array => {
    const at = (layer: number, name: string) => floatsAt(params, `layer.${layer}.attention.query.${name}`);
    return loraDelta(at(i, 'lora_A'), at(j, 'lora_B'), { r: 2, dIn: 4, dOut: 4, scale: 1 });
  };
  const near = (a: Float32Array, b: Float32Array) =>
    a.forEach((x, i) => expect(Math.abs(x - present(b[i]))).toBeLessThan(1e-5));
  const input = own('input');
  near(
    input.of(second),
    product(input.params, 1, 1).map((x) => 2.5 * x),
  );
  near(
    input.of(first),
    product(input.params, 0, 0).map((x) => 2 * x),
  );
  const middle = own('middle');
  const [here, before] = [product(middle.params, 1, 1), product(middle.params, 0, 1)];
  near(
    middle.of(second),
    here.map((x, i) => x + 1.5 * present(before[i])),
  );
  expect(build({ shortcut: 'block' }).deltaEstimate).toBeUndefined();
});
