import { expect, it } from 'vitest';
import { crossEntropy, logSoftmax, meanSquaredError, stopGradient, tf, valueAndGrad } from '../src/index.ts';
import { evaluate, floats, ints, onEveryEngine } from './engines.ts';

type Point = readonly number[];

/** Central differences in double precision of a plain JavaScript function. */
const slopes = (f: (x: Point) => number, x: Point): readonly number[] =>
  x.map((_, i) => {
    const h = 1e-5;
    const moved = (by: number) => f(x.map((v, j) => (i === j ? v + by : v)));
    return (moved(h) - moved(-h)) / (2 * h);
  });

const labels = [2, 0, 1, 0];
const weights = [0.5, 0.25, 0.25, 0];
const logits = [0.3, -1.2, 2.5, 4, 4, -4, -0.1, 0, 0.1, 9, 9, 9];

/** Weighted cross-entropy, written out. */
const plainCrossEntropy = (x: Point): number =>
  labels.reduce((sum, label, b) => {
    const row = x.slice(3 * b, 3 * b + 3);
    const total = row.reduce((s, v) => s + Math.exp(v), 0);
    return sum + weights[b]! * (Math.log(total) - row[label]!);
  }, 0);

const batch = { labels: ints([4], labels), weights: floats([4], weights) };

onEveryEngine('losses', (engine) => {
  it('cross-entropy and its gradient are those of the formula', async () => {
    const { value, grad } = await evaluate(
      engine(),
      ({ flat, labels, weights }) =>
        valueAndGrad(
          (x) => crossEntropy(tf.reshape(x, [4, 3]) as tf.Tensor2D, labels as tf.Tensor1D, weights as tf.Tensor1D),
          flat as tf.Tensor1D,
        ),
      { flat: floats([12], logits), ...batch },
    );
    expect(value![0]).toBeCloseTo(plainCrossEntropy(logits), 6);
    slopes(plainCrossEntropy, logits).forEach((slope, i) => expect(grad![i]).toBeCloseTo(slope, 6));
    // The padding row, weight 0, has no say.
    expect(grad!.slice(9).every((x) => x === 0)).toBe(true);
  });

  it('cross-entropy sees its labels (float32 oneHot of the wasm backend reads as zeros)', async () => {
    const loss = async (label: number) => {
      const { out } = await evaluate(
        engine(),
        ({ x, label }) => ({ out: crossEntropy(x as tf.Tensor2D, label as tf.Tensor1D, tf.tensor1d([1])) }),
        { x: floats([1, 2], [10, 0]), label: ints([1], [label]) },
      );
      return out![0]!;
    };
    expect(await loss(0)).toBeCloseTo(Math.log1p(Math.exp(-10)), 6);
    expect(await loss(1)).toBeCloseTo(10 + Math.log1p(Math.exp(-10)), 5);
  });

  it('logSoftmax is finite for logits far apart, and its rows sum to one', async () => {
    const { out } = await evaluate(engine(), ({ x }) => ({ out: logSoftmax(x as tf.Tensor2D) }), {
      x: floats([2, 3], [1000, -1000, 0, 0, 0, 0]),
    });
    expect([...out!.slice(0, 3)]).toEqual([0, -2000, -1000]);
    for (const x of out!.slice(3)) expect(x).toBeCloseTo(-Math.log(3), 6);
  });

  it('squared error and its gradient are those of the formula', async () => {
    const { value, grad } = await evaluate(
      engine(),
      ({ x, y, w }) =>
        valueAndGrad(
          (flat) => meanSquaredError(tf.reshape(flat, [3, 1]) as tf.Tensor2D, y as tf.Tensor1D, w as tf.Tensor1D),
          x as tf.Tensor1D,
        ),
      { x: floats([3], [1, 2, 5]), y: floats([3], [0, 4, 7]), w: floats([3], [0.5, 0.5, 0]) },
    );
    // (1 + 4) / 2, and w times twice the error
    expect([...value!]).toEqual([2.5]);
    expect(Array.from(grad!, (x) => x + 0)).toEqual([1, -2, 0]);
  });

  it('stopGradient passes values forward and nothing backward', async () => {
    const { value, grad } = await evaluate(
      engine(),
      ({ x }) => valueAndGrad((v) => tf.sum(tf.mul(v, stopGradient(tf.square(v)))) as tf.Scalar, x as tf.Tensor1D),
      { x: floats([2], [2, -3]) },
    );
    // The sum of x^3, whose slope with x^2 held is x^2.
    expect([...value!]).toEqual([-19]);
    expect([...grad!]).toEqual([4, 9]);
  });
});
