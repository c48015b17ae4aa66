import { key } from '@lab/random';
import { tf, valueAndGrad } from '@lab/engine';
import { assert, beforeAll, describe, expect, it } from 'vitest';
import { methods } from '../index.ts';
import { orthonormalRows } from './orthonormal.ts';

beforeAll(() => tf.setBackend('cpu'));

const penaltyOf = (options: object) => {
  const { penalty } = methods.build(methods.parse({ name: 'clora', ...options }));
  assert(penalty);
  return penalty;
};

it('rows are orthonormal, and their own for every key', () => {
  const [k, d] = [6, 9];
  const rows = orthonormalRows(key(1), k, d);
  const dot = (i: number, j: number) =>
    Array.from({ length: d }, (_, c) => (rows[i * d + c] ?? NaN) * (rows[j * d + c] ?? NaN)).reduce((a, b) => a + b);
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) expect(dot(i, j)).toBeCloseTo(i === j ? 1 : 0, 6);
  expect(orthonormalRows(key(2), k, d)).not.toEqual(rows);
});

describe('the penalty', () => {
  const A = () => tf.tensor2d([1, -2, 3, 0.5, 1, -1, 2, 0], [2, 4]);
  const B = () => tf.tensor2d([1, 2, -1, 0.5, 3, 1], [3, 2]);
  const params = () => ({ 'query.lora_A': A(), 'query.lora_B': B(), 'head.weight': tf.ones([4, 4]) });

  it('with as many directions as the width it is half the squared norm of A and B', () => {
    const whole = penaltyOf({ k: 3 })({ 'query.lora_B': B() }).arraySync();
    expect(whole).toBeCloseTo((1 + 4 + 1 + 0.25 + 9 + 1) / 2, 4);
  });

  it('is linear in lambda, the same at every call, and moved by the seed', () => {
    const value = (options: object) => penaltyOf({ k: 2, ...options })(params()).arraySync();
    expect(value({ lambda: 3 })).toBeCloseTo(3 * value({}), 4);
    const penalty = penaltyOf({ k: 2 });
    expect(penalty(params()).dataSync()).toEqual(penalty(params()).dataSync());
    expect(value({ seed: 1 })).not.toBeCloseTo(value({}), 4);
    expect(methods.build(methods.parse({ name: 'clora', lambda: 0 })).penalty).toBeUndefined();
  });

  it('its gradient by A is λ A V Vᵀ', () => {
    const penalty = penaltyOf({ k: 2, lambda: 2 });
    const at = A().as1D();
    const { value, grad } = valueAndGrad((a) => penalty({ 'query.lora_A': tf.reshape(a, [2, 4]) }), at);
    // The penalty is quadratic in A, so Euler's identity gives twice its value.
    expect(tf.sum(tf.mul(grad, at)).dataSync()[0]).toBeCloseTo(2 * value.arraySync(), 4);
  });

  it('refuses more directions than a module is wide, and an adapter without A and B', () => {
    expect(() => penaltyOf({ k: 4 })(params())).toThrow(/key "k" may not exceed 3, the width of query.lora_B; got 4/);
    expect(() => penaltyOf({})({ 'head.weight': tf.ones([2, 2]) })).toThrow(/no lora_A and lora_B/);
  });
});
