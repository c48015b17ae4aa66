import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { LOWERINGS } from '../src/trace/backend.ts';
import { describeProviders, eager, expectSame, native, numbers, type Provider } from './differential.ts';

type Op = (x: tf.Tensor, y: tf.Tensor, ids: tf.Tensor) => tf.Tensor;

const SHAPE = [2, 3, 4];
const float = (x: tf.Tensor): tf.Tensor => tf.cast(x, 'float32');
const full = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.ones(SHAPE));

/** Kernels of one operand that tfjs names as its operation. x lies in (0.2, 0.9). */
const PLAIN = [
  'Exp Log Abs Sign Sqrt Erf Tanh Sigmoid Relu Softplus Reciprocal Floor Ceil Round Sin Cos Tan Sinh Cosh Asin Acos Atan',
  'Asinh Atanh Neg Square Rsqrt Elu Relu6 ZerosLike OnesLike Log1p Expm1 Sum Mean Max Min Prod Softmax LogSoftmax',
]
  .join(' ')
  .split(' ');
const plain = Object.fromEntries(
  PLAIN.map((kernel): [string, Op] => {
    const name = `${kernel[0]!.toLowerCase()}${kernel.slice(1)}` as 'exp';
    return [kernel, (x) => tf[name](x)];
  }),
);

/**
 * One use of every compiled kernel that has a gradient in tfjs. y has the shape [3, 1] and
 * broadcasts, except where tfjs' own gradient forgets the broadcast axes; ids are int32 [3].
 */
const CASES: Readonly<Record<string, Op>> = {
  ...plain,
  Acosh: (x) => tf.acosh(tf.add(x, 1.5)),
  Identity: (x) => tf.clone(x),
  IsNan: (x) => float(tf.isNaN(x)),
  IsInf: (x) => float(tf.isInf(x)),
  IsFinite: (x) => float(tf.isFinite(x)),
  Add: tf.add,
  Sub: tf.sub,
  Multiply: tf.mul,
  RealDiv: tf.div,
  Pow: tf.pow,
  FloorDiv: (x, y) => float(tf.floorDiv(tf.mul(x, 9), y)),
  Maximum: (x, y) => tf.maximum(x, full(y)),
  Minimum: (x, y) => tf.minimum(x, full(y)),
  SquaredDifference: (x, y) => tf.squaredDifference(x, full(y)),
  GreaterEqual: (x, y) => float(tf.greaterEqual(x, y)),
  AddN: (x, y) => tf.addN([x, full(y), x]),
  Cast: (x) => tf.cast(tf.cast(tf.mul(x, 5), 'int32'), 'float32'),
  Step: (x) => tf.step(x, 0.3),
  LeakyRelu: (x) => tf.leakyRelu(tf.sub(x, 0.5), 0.1),
  Prelu: (x, y) => tf.prelu(tf.sub(x, 0.5), full(y)),
  ClipByValue: (x) => tf.clipByValue(x, 0.4, 0.7),
  Select: (x, y, ids) =>
    tf.where(tf.greater(tf.add(tf.zeros(SHAPE, 'int32'), tf.reshape(ids, [1, 3, 1])), 1), x, full(y)),
  Reshape: (x) => tf.reshape(x, [4, 6]),
  ExpandDims: (x) => tf.expandDims(x, 1),
  Transpose: (x) => tf.transpose(x, [2, 0, 1]),
  Concat: (x, y) => tf.concat([x, full(y)], 1),
  Pack: (x, y) => tf.stack([x, full(y)], 2),
  Unpack: (x) => tf.sub(tf.unstack(x, 1)[2]!, tf.unstack(x, 1)[0]!),
  SplitV: (x) => tf.mul(tf.split(x, [1, 3], 2)[1]!, tf.split(x, [1, 3], 2)[0]!),
  Slice: (x) => tf.slice(x, [0, 1, 1], [2, 2, 3]),
  PadV2: (x) => tf.pad(x, [[0, 1], [2, 0], [1, 1]], 0.5), // prettier-ignore
  Tile: (x) => tf.tile(x, [2, 1, 3]),
  BroadcastTo: (x, y) => tf.mul(x, tf.broadcastTo(y, SHAPE)),
  Reverse: (x) => tf.reverse(x, [0, 2]),
  ArgMax: (x) => float(tf.argMax(x, 1)),
  ArgMin: (x) => float(tf.argMin(x, 2)),
  Cumsum: (x) => tf.cumsum(x, 2, true, true),
  GatherV2: (x, _, ids) => tf.gather(x, ids, 1),
  UnsortedSegmentSum: (x, _, ids) => tf.unsortedSegmentSum(tf.reshape(x, [3, 8]), ids as tf.Tensor1D, 3),
  OneHot: (x, _, ids) => tf.mul(x, tf.reshape(tf.oneHot(ids, 4), [1, 3, 4])),
  BatchMatMul: (x, y) => tf.matMul(x, tf.mul(full(y), 2), false, true),
};

/**
 * Kernels whose gradient tfjs defines but never asks for: operations that bring their own, inputs
 * or results without slope.
 */
const NEVER_ASKED = new Set([
  'LogSoftmax',
  'BroadcastTo',
  'OneHot',
  'IsNan',
  'IsInf',
  'IsFinite',
  'GreaterEqual',
  'ArgMax',
  'ArgMin',
  'FloorDiv',
]);

const compiled = LOWERINGS.map(({ kernel }) => kernel);
const withGradient = compiled.filter((kernel) => tf.getGradient(kernel));

/** Counts how often tfjs' gradient of a kernel runs while `body` does. */
const counting = async (kernel: string, body: () => Promise<void>): Promise<number> => {
  const config = tf.getGradient(kernel);
  const { gradFunc } = config;
  let calls = 0;
  config.gradFunc = (...args) => {
    calls += 1;
    return gradFunc(...args);
  };
  try {
    await body();
  } finally {
    config.gradFunc = gradFunc;
  }
  return calls;
};

const inputs = {
  x: numbers(SHAPE, 3, 0.2, 0.9),
  y: numbers([3, 1], 4, 0.2, 0.9),
  ids: { dtype: 'int32', shape: [3], data: Int32Array.of(2, 0, 2) },
} as const;

/** Value, and both gradients of a sum in which every element has another weight. */
const same = (provider: Provider, op: Op): Promise<void> =>
  expectSame(
    provider,
    ({ x, y, ids }) => {
      const value = op(x!, y!, ids!);
      const weights = tf.reshape(tf.linspace(0.5, 1.5, value.size), value.shape);
      const loss = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => tf.sum(tf.mul(op(a, b, ids!), weights));
      // Every operand takes part, so that a case of one operand has a gradient in both.
      const [dx, dy] = tf.grads((a, b) => tf.add(loss(a!, b!), tf.sum(tf.add(a!, b!))))([x!, y!]);
      return { value, dx: dx!, dy: dy! };
    },
    inputs,
    provider === 'webgpu' ? 1e-3 : 1e-5,
    provider === 'webgpu' ? 1e-3 : 1e-5,
  );

describe('the list of gradients', () => {
  it('has every compiled kernel that tfjs can differentiate', () => {
    expect(Object.keys(CASES).sort()).toEqual([...withGradient].sort());
  });
});

await describeProviders('every kernel and its gradient, compiled against eager', (provider) => {
  it.each(Object.entries(CASES))('%s', async (kernel, op) => {
    const calls = await counting(kernel, () => same(provider, op));
    if (!NEVER_ASKED.has(kernel)) expect(calls).toBeGreaterThan(1);
  });

  it('FusedMatMul, by its own gradient, with bias and activation', async () => {
    for (const activation of ['linear', 'relu', 'elu', 'sigmoid', 'relu6'] as const)
      await same(provider, (x, y) => {
        const [a, b] = [tf.reshape(x, [6, 4]) as tf.Tensor2D, tf.reshape(full(y), [4, 6]) as tf.Tensor2D];
        return tf.fused.matMul({ a, b, bias: tf.reshape(tf.slice(x, [0, 0, 0], [1, 2, 3]), [6]), activation });
      });
  });

  it('would show a gradient that is wrong', async () => {
    const wrong: Op = (x) =>
      tf.customGrad((value: tf.Tensor | tf.GradSaveFunc) => ({
        value: tf.square(value as tf.Tensor),
        // 2 x dy, but only 1.99 x dy where the function is traced.
        gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.mul(value as tf.Tensor, tf.getBackend() === 'trace' ? 1.99 : 2)),
      }))(x);
    await expect(same(provider, wrong)).rejects.toThrow(/dx .* eager .*, compiled/);
    expect([(await eager()).alive(), (await native(provider)).alive()]).toEqual([0, 0]);
  });
});
