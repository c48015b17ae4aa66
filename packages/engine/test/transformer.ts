import * as tf from '@tensorflow/tfjs';
import type { HostArray, PureFunction, TensorRecord } from '../src/index.ts';
import { bools, integers, numbers } from './differential.ts';

/**
 * A BERT-like encoder with a classifier: every linear map of a layer carries LoRA with element
 * masks on both factors.
 */
export type Size = {
  readonly layers: number;
  readonly width: number;
  readonly ffn: number;
  readonly heads: number;
  readonly tokens: number;
  readonly batch: number;
  readonly r: number;
  readonly vocab: number;
  readonly classes: number;
  /** 2 adds a second noisy pass and the KL divergence between the two, as R-Drop does. */
  readonly passes: 1 | 2;
};

type Linear = { readonly name: string; readonly dIn: number; readonly dOut: number };
type Slot = { readonly name: string; readonly shape: readonly number[] };

const linears = ({ layers, width, ffn }: Size): readonly Linear[] =>
  Array.from({ length: layers }, (_, layer) => [
    ...['query', 'key', 'value', 'output'].map((name) => ({ name: `${layer}.${name}`, dIn: width, dOut: width })),
    { name: `${layer}.up`, dIn: width, dOut: ffn },
    { name: `${layer}.down`, dIn: ffn, dOut: width },
  ]).flat();

const slots = (size: Size): readonly Slot[] => [
  ...linears(size).flatMap(({ name, dIn, dOut }) => [
    { name: `${name}.A`, shape: [size.r, dIn] },
    { name: `${name}.B`, shape: [dOut, size.r] },
  ]),
  { name: 'head', shape: [size.width, size.classes] },
];

const count = (shape: readonly number[]): number => shape.reduce((p, d) => p * d, 1);
const total = (size: Size): number => slots(size).reduce((sum, { shape }) => sum + count(shape), 0);

/** Inputs of one training step; masks and data depend on `step`, weights do not. */
export function stepInputs(size: Size, step: number, lr = 0.01): Record<string, HostArray> {
  const { batch, tokens } = size;
  const masks = Array.from({ length: size.passes }, (_, pass) =>
    linears(size).flatMap(({ name, dIn, dOut }, i): [string, HostArray][] => [
      [`keep/${pass}/${name}.A`, bools([size.r, dIn], 1000 * step + 10 * i + pass)],
      [`keep/${pass}/${name}.B`, bools([dOut, size.r], 1000 * step + 10 * i + pass + 5)],
    ]),
  ).flat();
  const scalar = (value: number): HostArray => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
  const valid = Float32Array.from({ length: batch * tokens }, (_, i) =>
    Number(i % tokens < tokens - (Math.floor(i / tokens) % 3)),
  );
  return {
    ids: integers([batch, tokens], step, 0, size.vocab),
    valid: { dtype: 'float32', shape: [batch, tokens], data: valid },
    labels: integers([batch], step + 7, 0, size.classes),
    lr: scalar(lr),
    correction1: scalar(1 / (1 - 0.9 ** step)),
    correction2: scalar(1 / (1 - 0.999 ** step)),
    ...Object.fromEntries(masks),
  };
}

/** Frozen weights. */
export function weights(size: Size): Record<string, HostArray> {
  const { width, tokens, vocab, layers } = size;
  const table = (shape: number[], seed: number, scale: number): HostArray => numbers(shape, seed, -scale, scale);
  const ones = (n: number): HostArray => ({ dtype: 'float32', shape: [n], data: new Float32Array(n).fill(1) });
  const norms = [...Array.from({ length: layers }, (_, i) => [`${i}.norm1`, `${i}.norm2`]).flat(), 'norm'];
  return {
    'w/embedding': table([vocab, width], 1, 0.5),
    'w/position': table([tokens, width], 2, 0.1),
    ...Object.fromEntries(
      linears(size).flatMap(({ name, dIn, dOut }, i) => [
        [`w/${name}`, table([dIn, dOut], 3 + i, Math.sqrt(3 / dIn))],
        [`w/${name}.bias`, table([dOut], 4 + i, 0.1)],
      ]),
    ),
    ...Object.fromEntries(norms.flatMap((name, i) => [[`w/${name}`, ones(width)], [`w/${name}.bias`, table([width], 90 + i, 0.1)]])), // prettier-ignore
  };
}

/**
 * Adapter, head and moments at the start; B is not zero, so that every gradient is alive from the
 * first step.
 */
export function startState(size: Size): Record<string, HostArray> {
  const n = total(size);
  const zeros = (): HostArray => ({ dtype: 'float32', shape: [n], data: new Float32Array(n) });
  return { theta: numbers([n], 77, -0.2, 0.2), m: zeros(), v: zeros() };
}

const norm = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-12))), weight), bias);
};

const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

const logSoftmax = (logits: tf.Tensor): tf.Tensor => {
  const shifted = tf.sub(logits, tf.max(logits, -1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
};

const stopGradient = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((value: tf.Tensor | tf.GradSaveFunc) => ({
    value: tf.mul(value as tf.Tensor, 1),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }))(x);

function forward(size: Size, inputs: TensorRecord, theta: tf.Tensor, pass: number): tf.Tensor2D {
  const { batch, tokens, width, heads, layers } = size;
  const plan = slots(size);
  const parts = tf.split(theta, plan.map(({ shape }) => count(shape))); // prettier-ignore
  const params = Object.fromEntries(plan.map(({ name, shape }, i) => [name, tf.reshape(parts[i]!, [...shape])]));
  const w = (name: string): tf.Tensor => inputs[`w/${name}`]!;
  const dropped = (name: string): tf.Tensor2D =>
    tf.mul(params[name]!, tf.cast(inputs[`keep/${pass}/${name}`]!, 'float32'));
  const linear = (name: string, x: tf.Tensor): tf.Tensor => {
    const rows = tf.reshape(x, [-1, x.shape[x.rank - 1]!]) as tf.Tensor2D;
    const down = tf.matMul(rows, dropped(`${name}.A`), false, true);
    const up = tf.mul(tf.matMul(down, dropped(`${name}.B`), false, true), 2);
    const base = tf.add(tf.matMul(rows, w(name) as tf.Tensor2D), w(`${name}.bias`));
    return tf.reshape(tf.add(base, up), [...x.shape.slice(0, -1), -1]);
  };
  const split = (x: tf.Tensor): tf.Tensor =>
    tf.transpose(tf.reshape(x, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
  const bias = tf.reshape(tf.mul(tf.sub(1, inputs['valid']!), -1e9), [batch, 1, 1, tokens]);

  const rows = tf.gather(w('embedding'), tf.reshape(inputs['ids']!, [-1]));
  let x = norm(tf.add(tf.reshape(rows, [batch, tokens, width]), w('position')), w('norm'), w('norm.bias'));
  for (let layer = 0; layer < layers; layer += 1) {
    const [q, k, v] = ['query', 'key', 'value'].map((name) => split(linear(`${layer}.${name}`, x)));
    const scores = tf.mul(tf.matMul(q!, tf.transpose(k!, [0, 1, 3, 2])), 1 / Math.sqrt(width / heads));
    const mixed = tf.matMul(tf.softmax(tf.add(scores, bias)), v!);
    const joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]);
    x = norm(tf.add(x, linear(`${layer}.output`, joined)), w(`${layer}.norm1`), w(`${layer}.norm1.bias`));
    const hidden = linear(`${layer}.down`, gelu(linear(`${layer}.up`, x)));
    x = norm(tf.add(x, hidden), w(`${layer}.norm2`), w(`${layer}.norm2.bias`));
  }
  const first = tf.reshape(tf.slice(x, [0, 0, 0], [batch, 1, width]), [batch, width]);
  return tf.matMul(first, params['head']! as tf.Tensor2D) as tf.Tensor2D;
}

function objective(size: Size, inputs: TensorRecord, theta: tf.Tensor): tf.Scalar {
  const truth = tf.cast(tf.oneHot(inputs['labels']!, size.classes), 'float32');
  const passes = Array.from({ length: size.passes }, (_, pass) => logSoftmax(forward(size, inputs, theta, pass)));
  const nll = passes.map((logp) => tf.neg(tf.mean(tf.sum(tf.mul(truth, logp), -1))));
  const [one, other] = passes;
  if (!other) return nll[0] as tf.Scalar;
  const target = stopGradient(other);
  const kl = tf.mean(tf.sum(tf.mul(tf.exp(target), tf.sub(target, one!)), -1));
  return tf.addN([...nll, tf.mul(kl, 0.5)]) as tf.Scalar;
}

/** Forward, gradient, clipping to norm 1, AdamW: state in, state out. */
export const trainingStep =
  (size: Size): PureFunction =>
  (inputs) => {
    const { theta, m, v, lr } = inputs as Record<'theta' | 'm' | 'v' | 'lr', tf.Tensor>;
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => objective(size, inputs, x))(theta);
    const length = tf.sqrt(tf.sum(tf.square(grad)));
    const g = tf.mul(grad, tf.minimum(tf.div(1, tf.add(length, 1e-6)), 1));
    const m1 = tf.add(tf.mul(m, 0.9), tf.mul(g, 0.1));
    const v1 = tf.add(tf.mul(v, 0.999), tf.mul(tf.square(g), 0.001));
    const direction = tf.div(
      tf.mul(m1, inputs['correction1']!),
      tf.add(tf.sqrt(tf.mul(v1, inputs['correction2']!)), 1e-8),
    );
    const next = tf.sub(theta, tf.mul(lr, tf.add(direction, tf.mul(theta, 0.01))));
    return { theta: next, m: m1, v: v1, loss: value };
  };
