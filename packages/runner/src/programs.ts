import { forwardWith, quiet, type Perturb } from '@lab/adapter';
import { consistencyLoss, meanFieldScale, perturbWith, planMasks, type Consistency, type Noise } from '@lab/dropout';
import {
  adamW,
  clipByNorm,
  crossEntropy,
  meanSquaredError,
  stopGradient,
  tf,
  unpack,
  valueAndGrad,
  type Params,
  type PureFunction,
  type TensorRecord,
} from '@lab/tensor';
import { usesOf, type Blueprint } from './blueprint.ts';

/** Inputs whose names start with `prefix/`, without it. */
const under = (inputs: TensorRecord, prefix: string): Params =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name.startsWith(`${prefix}/`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );

/** Noise as a perturbation, with masks from the inputs under `prefix`. */
const noisy = (blueprint: Blueprint, noise: readonly Noise[], inputs: TensorRecord, prefix: string): Perturb => {
  const [rows, tokens] = inputs.ids!.shape as [number, number];
  return perturbWith(planMasks(noise, usesOf(blueprint, rows, tokens), blueprint.model.layers), under(inputs, prefix));
};

/** Pooled vectors [R, width] and outputs [B, C] of the model with its adapter and head under a perturbation. */
const passWith = (blueprint: Blueprint, inputs: TensorRecord, params: Params, perturb: Perturb) => {
  const { model, adapter, head } = blueprint;
  const forward = forwardWith(model, adapter, under(inputs, 'weight'), params, perturb);
  const batch = {
    ids: inputs.ids as tf.Tensor2D,
    valid: inputs.valid as tf.Tensor2D,
    extra: under(inputs, 'extra'),
  };
  const pooled = model.pool(forward, model.encode(forward, batch), batch);
  return { pooled, outputs: head.apply(pooled, params) };
};

const taskLoss = ({ task }: Blueprint, outputs: tf.Tensor2D, inputs: TensorRecord): tf.Scalar => {
  const [labels, weights] = [inputs.labels as tf.Tensor1D, inputs.weights as tf.Tensor1D];
  return task.kind === 'regression'
    ? meanSquaredError(outputs, labels, weights)
    : crossEntropy(outputs, labels, weights);
};

type Passed = ReturnType<typeof passWith>;

/** Consistency of two passes: of class logits, or for a regression of the pooled vectors (HiddenKey, section 3.3). */
const disagreement = (
  { task }: Blueprint,
  { kind, branches }: Consistency,
  first: Passed,
  second: Passed,
  inputs: TensorRecord,
): tf.Scalar => {
  const regression = task.kind === 'regression';
  const [one, other] = regression ? [first.pooled, second.pooled] : [first.outputs, second.outputs];
  const [rows] = one.shape;
  const [batch] = inputs.weights!.shape as [number];
  // Pairs that lie apart have two pooled rows an example.
  const weights = rows === batch ? inputs.weights! : tf.div(tf.tile(inputs.weights!, [rows / batch]), rows / batch);
  return consistencyLoss(kind, one, branches === 1 ? stopGradient(other) : other, weights as tf.Tensor1D);
};

/** The loss of one noisy pass (two where a consistency loss asks for it), with every penalty. */
const objective = (blueprint: Blueprint, inputs: TensorRecord, theta: tf.Tensor1D): tf.Scalar => {
  const { method, adapter, layout } = blueprint;
  const params = unpack(layout, theta);
  const first = passWith(blueprint, inputs, params, noisy(blueprint, method.noise, inputs, 'first'));
  const terms = [taskLoss(blueprint, first.outputs, inputs)];
  if (method.consistency) {
    const { kind, weight } = method.consistency;
    const perturb = kind === 'js' ? quiet : noisy(blueprint, method.noise, inputs, 'second');
    const second = passWith(blueprint, inputs, params, perturb);
    terms.push(tf.mul(disagreement(blueprint, method.consistency, first, second, inputs), weight) as tf.Scalar);
    if (kind === 'r-drop') terms.push(taskLoss(blueprint, second.outputs, inputs));
  }
  if (method.penalty) terms.push(method.penalty(params));
  if (adapter.penalty) terms.push(adapter.penalty(params));
  return terms.reduce((a, b) => tf.add(a, b));
};

/** Gradient of share x loss, added to what earlier samples left: the mean of N losses by N accumulated passes. */
const accumulated = (blueprint: Blueprint, inputs: TensorRecord) => {
  const { value, grad } = valueAndGrad(
    (theta) => tf.mul(objective(blueprint, inputs, theta), inputs.share!),
    inputs.theta as tf.Tensor1D,
  );
  return inputs.grad
    ? { grad: tf.add(grad, inputs.grad) as tf.Tensor1D, loss: tf.add(value, inputs.loss!) as tf.Scalar }
    : { grad, loss: value };
};

/** One of the first N - 1 samples of a step: theta, share, batch, masks, and grad and loss so far -> grad, loss. */
export const gradientProgram =
  (blueprint: Blueprint): PureFunction =>
  (inputs) =>
    accumulated(blueprint, inputs);

/**
 * The last (for N = 1 the only) sample and the optimiser: forward, gradient, clipping, AdamW, the adapter's own update.
 * theta, m, v, decay, lr, corrections, share, batch, masks, slots -> theta, m, v, slots, loss.
 */
export const stepProgram =
  (blueprint: Blueprint): PureFunction =>
  (inputs) => {
    const { adapter, layout, clip } = blueprint;
    const { grad, loss } = accumulated(blueprint, inputs);
    const next = adamW({
      theta: inputs.theta as tf.Tensor1D,
      grad: clipByNorm(grad, clip),
      m: inputs.m as tf.Tensor1D,
      v: inputs.v as tf.Tensor1D,
      decay: inputs.decay as tf.Tensor1D,
      lr: inputs.lr as tf.Scalar,
      correction1: inputs.correction1 as tf.Scalar,
      correction2: inputs.correction2 as tf.Scalar,
    });
    if (!adapter.state) return { ...next, loss };
    const updated = adapter.state.update({
      params: unpack(layout, next.theta),
      grads: unpack(layout, grad),
      slots: under(inputs, 'slot'),
      inputs: under(inputs, 'adapter'),
    });
    const slots = Object.entries(updated.slots).map(([name, value]) => [`slot/${name}`, value] as const);
    const theta = tf.concat1d(
      layout.slots.map(({ name, size }) => tf.reshape(updated.params[name]!, [size]) as tf.Tensor1D),
    );
    return { ...next, theta, loss, ...Object.fromEntries(slots) };
  };

/** How a prediction is made: deterministic, with the expected update, or with masks. */
export type Pass = 'quiet' | 'mean-field' | 'member';

/** theta, batch (and masks for a member) -> outputs [B, C]. */
export const predictProgram =
  (blueprint: Blueprint, pass: Pass): PureFunction =>
  (inputs) => {
    const { method, model, layout } = blueprint;
    const perturb =
      pass === 'quiet'
        ? quiet
        : pass === 'mean-field'
          ? (meanFieldScale(method.noise, model.layers) ?? quiet)
          : noisy(blueprint, testNoise(blueprint), inputs, 'first');
    const params = unpack(layout, inputs.theta as tf.Tensor1D);
    return { outputs: passWith(blueprint, inputs, params, perturb).outputs };
  };

/** The noise of evaluation: the training noise unless the method says otherwise. */
export const testNoise = ({ method }: Blueprint): readonly Noise[] => method.testNoise ?? method.noise;
