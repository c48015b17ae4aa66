import { tf, valueAndGrad } from '@lab/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { consistencyLoss } from '../src/index.ts';

beforeAll(() => tf.setBackend('cpu'));

// Two examples, three classes, written as probabilities so that the divergences can be worked by
// hand.
const P = [
  [0.5, 0.25, 0.25],
  [0.1, 0.6, 0.3],
];
const Q = [
  [0.25, 0.25, 0.5],
  [0.1, 0.6, 0.3],
];
const logits = (rows: number[][], shift = 0) => tf.tensor2d(rows.map((row) => row.map((p) => Math.log(p) + shift)));
const halves = () => tf.tensor1d([0.5, 0.5]);
const value = (kind: 'kl' | 'js' | 'r-drop', weights = halves()) =>
  consistencyLoss(kind, logits(P, 3), logits(Q, -2), weights).arraySync();

describe('against hand numbers', () => {
  // KL(P||Q) of the first example: .5 ln 2 + .25 ln 1 + .25 ln ½ = .25 ln 2; the other way round
  // the same. The second example agrees.
  it('kl and r-drop: both ways, halved', () => {
    expect(value('kl')).toBeCloseTo(0.125 * Math.log(2), 6);
    expect(value('r-drop')).toBeCloseTo(0.125 * Math.log(2), 6);
  });

  it('js is one KL to the second output', () => {
    const skew = [[0.7, 0.2, 0.1]];
    const flat = [[1 / 3, 1 / 3, 1 / 3]];
    const one = tf.tensor1d([1]);
    const there = 0.7 * Math.log(2.1) + 0.2 * Math.log(0.6) + 0.1 * Math.log(0.3);
    const back = -(Math.log(2.1) + Math.log(0.6) + Math.log(0.3)) / 3;
    expect(consistencyLoss('js', logits(skew), logits(flat), one).dataSync()[0]).toBeCloseTo(there, 6);
    expect(consistencyLoss('kl', logits(skew), logits(flat), one).dataSync()[0]).toBeCloseTo((there + back) / 2, 6);
  });

  it('weights leave rows that only fill the batch out', () => {
    expect(value('kl', tf.tensor1d([0, 1]))).toBeCloseTo(0, 7);
    expect(value('kl', tf.tensor1d([1, 0]))).toBeCloseTo(0.25 * Math.log(2), 6);
  });
});

it('equal outputs agree exactly', () => {
  for (const kind of ['kl', 'js', 'r-drop'] as const)
    expect(consistencyLoss(kind, logits(P), logits(P), halves()).dataSync()[0]).toBe(0);
});

it.each(['kl', 'js'] as const)('%s: gradients by both outputs against central differences', (kind) => {
  const start = tf.tensor1d([0.3, -0.2, 0.9, 1.1, 0.4, -0.7]);
  const f = (z: tf.Tensor1D) =>
    consistencyLoss(kind, tf.reshape(z.slice(0, 3), [1, 3]), tf.reshape(z.slice(3, 3), [1, 3]), tf.tensor1d([1]));
  const grad = valueAndGrad(f, start).grad.dataSync<'float32'>();
  const h = 1e-2;
  grad.forEach((g, i) => {
    const at = (sign: number) => f(tf.add(start, tf.mul(tf.oneHot(i, 6), sign * h))).arraySync();
    // float32 rounding 1e-7 / h and a third derivative of order one times h^2 / 6.
    expect(Math.abs((at(1) - at(-1)) / (2 * h) - g)).toBeLessThan(1e-4);
  });
});
