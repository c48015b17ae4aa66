import { noNoise, type Perturb, type Place, type Site } from '@lab/adapter';
import { fold } from '@lab/random';
import { tf, valueAndGrad } from '@lab/engine';
import { assert, beforeAll, describe, expect, it } from 'vitest';
import { drawMasks, methods, perturbWith, planMasks, type Dropout } from '../src/index.ts';
import { branch, given } from './branch.ts';
import { B, build, context, DEPTH, entry, R, root, T, toTensors, uses, WIDTH } from './fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

const perturbOf = (dropout: Dropout, i: number): Perturb => {
  const plan = planMasks(dropout.noise, uses, DEPTH);
  return perturbWith(plan, toTensors(drawMasks(plan, fold(root, i), context)));
};

const placeOf = (site: Site): Place => {
  const use = uses.find((one) => one.site === site);
  assert(use);
  return use.place;
};

/**
 * A small model that meets every site: embedding, one adapted map, attention, feed-forward, output.
 * -> [B, 2]
 */
const model = (A: tf.Tensor, Bm: tf.Tensor, perturb: Perturb): tf.Tensor2D => {
  const at = (site: Site, value: tf.Tensor) => perturb(site, placeOf(site), value);
  const x = at('embedding', given('x', [B, T, WIDTH]));
  const y = branch(x, A, Bm, placeOf('lora.A'), perturb);
  const logits = at('attention.logits', given('logits', [B, 2, T, T]));
  const padding = tf.tensor(
    Array.from({ length: B * T }, (_, i) => (i % T < entry(context.lengths, Math.floor(i / T)) ? 0 : -1e9)),
    [B, 1, 1, T],
  );
  const attention = at('attention.weights', tf.softmax(tf.add(logits, padding), -1));
  const mixed = tf.reshape(tf.mean(tf.matMul(attention, tf.reshape(y, [B, 1, T, 6]).tile([1, 2, 1, 1])), 1), [
    B * T,
    6,
  ]);
  const inner = at('ffn.intermediate', tf.reshape(tf.relu(tf.matMul(mixed, given('up', [6, 6]))), [B, T, 6]));
  const hidden = at(
    'ffn.hidden',
    tf.reshape(tf.matMul(tf.reshape(inner, [B * T, 6]), given('down', [6, WIDTH])), [B, T, WIDTH]),
  );
  const pooled = at('output', tf.mean(hidden, 1));
  return tf.matMul(pooled, given('head', [WIDTH, 2]));
};

const outputs = (perturb: Perturb): Float32Array =>
  tf.tidy(() => model(given('A', [R, WIDTH]), given('B', [6, R]), perturb).dataSync<'float32'>());

const noisy = methods.names.filter((name) => build(name).noise.length > 0);
const withRate = methods.names.filter((name) => 'p' in methods.find(name).options.shape);

describe('every method', () => {
  it.each(withRate)('%s at p = 0 equals the deterministic pass to the last bit', (name) => {
    expect(outputs(perturbOf(build(name, { p: 0 }), 1))).toEqual(outputs(noNoise));
  });

  // A high rate, so that a mask that drops nothing at all has next to no chance in this small
  // model.
  it.each(noisy)('%s: the mask is live; the same key gives the same output and another key another', (name) => {
    const dropout = build(name, name === 'custom' ? {} : { p: 0.6 });
    const draws = [0, 1, 2, 3, 4, 5].map((i) => outputs(perturbOf(dropout, i)).join());
    expect(outputs(perturbOf(dropout, 0)).join()).toBe(draws[0]);
    expect(new Set(draws).size).toBeGreaterThan(1);
    expect(draws.some((draw) => draw !== outputs(noNoise).join())).toBe(true);
    expect(draws.join()).not.toMatch(/NaN|Infinity/);
  });

  it.each(noisy)('%s: the gradient reaches A and B and is the finite difference', (name) => {
    const sizeA = R * WIDTH;
    const loss = (perturb: Perturb) => (theta: tf.Tensor1D) => {
      const A = tf.reshape(tf.slice(theta, 0, sizeA), [R, WIDTH]);
      const Bm = tf.reshape(tf.slice(theta, sizeA, 6 * R), [6, R]);
      return tf.mean<tf.Scalar>(tf.square(model(A, Bm, perturb)));
    };
    const dropout = build(name, name === 'custom' ? {} : { p: 0.2 });
    tf.tidy(() => {
      const theta = tf.concat1d([given('A', [sizeA]).as1D(), given('B', [6 * R]).as1D()]);
      const f = loss(perturbOf(dropout, 11));
      const grad = valueAndGrad(f, theta).grad.dataSync<'float32'>();
      const direction = given('direction', [sizeA + 6 * R]);
      const along = grad.reduce((sum, g, i) => sum + g * entry(direction.dataSync(), i), 0);
      const h = 1e-3;
      const value = (sign: number) => f(tf.add(theta, tf.mul(direction, sign * h))).arraySync();
      // Rounding of float32 losses, some units in the last place, over the step.
      const tolerance = (4 * value(0) * 2 ** -23) / h;
      expect(Math.abs((value(1) - value(-1)) / (2 * h) - along)).toBeLessThan(tolerance);
      expect(Math.abs(along)).toBeGreaterThan(10 * tolerance);
      expect(grad.subarray(0, sizeA).some((g) => g !== 0)).toBe(true);
      expect(grad.subarray(sizeA).some((g) => g !== 0)).toBe(true);
    });
  });

  it.each(noisy)('%s leaves no tensors behind', (name) => {
    const dropout = build(name);
    outputs(noNoise);
    const before = tf.memory().numTensors;
    tf.tidy(() => void model(given('A', [R, WIDTH]), given('B', [6, R]), perturbOf(dropout, 2)));
    expect(tf.memory().numTensors).toBe(before);
  });
});
