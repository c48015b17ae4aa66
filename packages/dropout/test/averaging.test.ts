import { fold, integer, uniform } from '@lab/random';
import { crossEntropy, tf, valueAndGrad } from '@lab/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawMasks, methods, perturbWith, planMasks } from '../src/index.ts';
import { branch, given } from './branch.ts';
import { B, context, DEPTH, entry, R, root, T, toTensors, uses, WIDTH } from './fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

const place = { path: 'layer.0.linear', layer: 0 };
const plan = planMasks(methods.build(methods.parse({ name: 'lora-dropout', p: 0.4 })).noise, uses, DEPTH);
const labels = () => tf.tensor1d([0, 3, 5], 'int32');
const even = () => tf.fill([B], 1 / B).as1D();

/** Logits [B, 6] of one masked pass; theta holds A and B. */
const logits = (theta: tf.Tensor1D, i: number): tf.Tensor2D => {
  const A = tf.reshape(theta.slice(0, R * WIDTH), [R, WIDTH]);
  const Bm = tf.reshape(theta.slice(R * WIDTH, 6 * R), [6, R]);
  const perturb = perturbWith(plan, toTensors(drawMasks(plan, fold(root, i), context)));
  return tf.mean(branch(given('x', [B, T, WIDTH]), A, Bm, place, perturb), 1);
};

const theta = () => tf.concat1d([given('A', [R * WIDTH]).as1D(), given('B', [6 * R]).as1D()]);
const samples = [0, 1, 2, 3];

it('the gradient of N averaged losses is N accumulated gradients (LoRA Dropout, Eq. 7)', () => {
  const loss = (i: number) => (t: tf.Tensor1D) => crossEntropy(logits(t, i), labels(), even());
  const mean = (t: tf.Tensor1D) =>
    tf.div<tf.Scalar>(
      samples.map((i) => loss(i)(t)).reduce((a, b) => tf.add(a, b)),
      4,
    );
  const whole = valueAndGrad(mean, theta()).grad.dataSync<'float32'>();
  const parts = samples.map((i) => valueAndGrad((t) => tf.mul<tf.Scalar>(loss(i)(t), 1 / 4), theta()).grad);
  const sum = parts.reduce((a, b) => tf.add(a, b)).dataSync<'float32'>();
  expect(whole.some((v) => Math.abs(v) > 1e-2)).toBe(true);
  whole.forEach((v, i) => expect(Math.abs(v - entry(sum, i))).toBeLessThan(1e-6));
});

describe('an ensemble by logits is never worse than its mean member, for any example (Theorem 4.5)', () => {
  const nll = (z: readonly number[], label: number) => {
    const most = Math.max(...z);
    return Math.log(z.reduce((sum, v) => sum + Math.exp(v - most), 0)) + most - entry(z, label);
  };
  const holds = (members: readonly (readonly number[])[], label: number) => {
    const classes = Array.from({ length: members[0]?.length ?? 0 }, (_, c) => c);
    const mean = classes.map((c) => members.reduce((sum, z) => sum + entry(z, c), 0) / members.length);
    const average = members.reduce((sum, z) => sum + nll(z, label), 0) / members.length;
    expect(nll(mean, label)).toBeLessThanOrEqual(average + 1e-12);
    return average - nll(mean, label);
  };

  it('members of a masked update', () => {
    const members = samples.map((i) => logits(theta(), i).arraySync());
    const gaps = [0, 3, 5].map((label, row) =>
      holds(
        members.map((rows) => rows[row] ?? []),
        label,
      ),
    );
    expect(Math.max(...gaps)).toBeGreaterThan(0);
  });

  it('members of any kind', () => {
    for (let i = 0; i < 200; i++) {
      const k = fold(fold(root, 'members'), i);
      const classes = 2 + integer(fold(k, 'classes'), 5);
      const size = 1 + integer(fold(k, 'size'), 8);
      const flat = uniform(k, classes * size);
      const members = Array.from({ length: size }, (_, j) =>
        [...flat.subarray(j * classes, (j + 1) * classes)].map((x) => 20 * x - 10),
      );
      holds(members, integer(fold(k, 'label'), classes));
    }
  });
});
