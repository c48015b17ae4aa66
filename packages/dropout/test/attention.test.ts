import { stopGradient, tf } from '@lab/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { perturbWith, planMasks, type Compensation } from '../src/index.ts';
import { entry, noiseOf } from './fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

// HiddenKey, Eq. 4-10: six keys, one of them, m, dropped; u is one that was kept.
const g = [0.3, -0.8, 1.2, 0.1, -0.4, 0.7];
const m = 2;
const u = 5;
const e = g.map(Math.exp);
const S = e.reduce((a, b) => a + b, 0);
const Sm = S - entry(e, m);

const place = { path: 'block', layer: 0 };
const shape = [1, 1, 1, 6];

const weights =
  (site: 'attention.logits' | 'attention.weights', compensation: Compensation) =>
  (logits: tf.Tensor): tf.Tensor1D => {
    const plan = planMasks([noiseOf({ site, structure: 'column', compensation })], [{ site, place, shape }], 1);
    const keep = tf.tensor(
      g.map((_, j) => (j === m ? 0 : 1)),
      shape,
      'bool',
    );
    const perturb = perturbWith(plan, Object.fromEntries(plan.map(({ name }) => [name, keep])));
    const soft = tf.softmax(perturb('attention.logits', place, tf.reshape(logits, shape)), -1);
    return tf.reshape(perturb('attention.weights', place, soft), [6]);
  };

const dropKey = weights('attention.logits', 'none');
const dropAttention = weights('attention.weights', 'normalised-stop');
const through = weights('attention.weights', 'normalised');

/** Gradient of the kept weight u by all logits. */
const gradient = (f: (z: tf.Tensor) => tf.Tensor1D): Float32Array =>
  tf
    .grad((z) => tf.sum(f(z).slice(u, 1)))(tf.tensor1d(g))
    .dataSync<'float32'>();

const difference = (f: (z: tf.Tensor) => tf.Tensor1D, j: number): number => {
  const h = 1e-2;
  const at = (sign: number) => entry(f(tf.tensor1d(g.map((z, i) => z + (i === j ? sign * h : 0)))).dataSync(), u);
  return (at(1) - at(-1)) / (2 * h);
};

const closeTo = (measured: ArrayLike<number>, predicted: ArrayLike<number>) => {
  // float32: some 1e-7 of numbers below one.
  for (let i = 0; i < predicted.length; i++)
    expect(Math.abs(entry(measured, i) - entry(predicted, i))).toBeLessThan(1e-6);
};

describe('forward: the normalised rescale makes DropAttention equal to DropKey (Eq. 4-6)', () => {
  const expected = e.map((x, j) => (j === m ? 0 : x / Sm));
  it.each([
    ['DropKey', dropKey],
    ['DropAttention', dropAttention],
    ['DropAttention with gradient through the sum', through],
  ] as const)('%s', (_name, f) => closeTo(f(tf.tensor1d(g)).dataSync(), expected));
});

describe('backward (Eq. 7-10)', () => {
  const eu = entry(e, u);
  const em = entry(e, m);

  it('DropKey: its own logit, and none to the dropped key', () => {
    const grad = gradient(dropKey);
    closeTo([entry(grad, u), entry(grad, m)], [(eu * (Sm - eu)) / Sm ** 2, 0]);
  });

  it('DropAttention: a gradient leaks to the dropped key', () => {
    const grad = gradient(dropAttention);
    closeTo([entry(grad, m), entry(grad, u)], [(-eu * em) / (S * Sm), (eu * (S - eu)) / (S * Sm)]);
  });

  it('without the stopped gradient DropAttention has the gradient of DropKey', () => {
    closeTo(gradient(through), gradient(dropKey));
  });

  it('ratio k of the two, below one', () => {
    const k = entry(gradient(dropKey), u) / entry(gradient(dropAttention), u);
    expect(k).toBeCloseTo((1 - eu / Sm) / (1 - eu / S), 5);
    expect(k).toBeLessThan(1);
  });

  it('finite differences: of DropKey, and of DropAttention only where the sum is not held', () => {
    const [key, attention] = [gradient(dropKey), gradient(dropAttention)];
    g.forEach((_, j) => {
      expect(Math.abs(difference(dropKey, j) - entry(key, j))).toBeLessThan(1e-4);
      expect(Math.abs(difference(through, j) - entry(key, j))).toBeLessThan(1e-4);
    });
    // What the stopped gradient leaves out is what finite differences see: the dropped key has no
    // effect at all.
    expect(Math.abs(difference(dropAttention, m))).toBeLessThan(1e-4);
    expect(entry(attention, m)).toBeLessThan(-0.05);
    const sum = Sm / S;
    const held = (z: tf.Tensor) => tf.div(tf.softmax(z).slice(u, 1), stopGradient(tf.scalar(sum)));
    closeTo(
      attention,
      tf
        .grad((z) => tf.sum(held(z)))(tf.tensor1d(g))
        .dataSync(),
    );
  });
});

it('a row whose kept weights underflow becomes zero, not NaN', () => {
  const extreme = tf.tensor1d([0, 0, 200, 0, 0, 0]);
  for (const f of [dropAttention, through]) {
    expect([...f(extreme).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(
      tf
        .grad((z) => tf.sum(f(z).slice(u, 1)))(extreme)
        .dataSync<'float32'>()
        .every(Number.isFinite),
    ).toBe(true);
  }
  closeTo(dropKey(extreme).dataSync(), [0.2, 0.2, 0, 0.2, 0.2, 0.2]);
});
