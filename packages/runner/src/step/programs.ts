import { forwardWith, noNoise, type Perturb } from '@lab/adapter';
import { consistencyLoss, meanFieldScale, perturbWith, planMasks, type Consistency, type Noise } from '@lab/dropout';
import {
  adamW,
  clipByNorm,
  crossEntropy,
  meanSquaredError,
  pack,
  stopGradient,
  tf,
  unpack,
  valueAndGrad,
  type Params,
  type PureFunction,
  type TensorRecord,
} from '@lab/engine';
import { nextPass, startPass } from '@lab/models';
import { usesOf, type Blueprint } from '../session/blueprint.ts';
import { languageModel, rowLosses, smoothedLoss, tokenLogits } from '../session/causal.ts';

/** Inputs whose names start with `prefix/`, without it. */
export const under = (inputs: TensorRecord, prefix: string): Params =>
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

const forwardOf = ({ model, adapter }: Blueprint, inputs: TensorRecord, params: Params, perturb: Perturb) =>
  forwardWith(model, adapter, under(inputs, 'weight'), params, perturb);

/**
 * Pooled vectors [R, width] and outputs [B, C] of the model with its adapter and head under a perturbation, and what the adapter
 * recorded; for texts both are the next-token logits [B * T, V].
 */
const passWith = (blueprint: Blueprint, inputs: TensorRecord, params: Params, perturb: Perturb) => {
  const { model, head } = blueprint;
  const forward = forwardOf(blueprint, inputs, params, perturb);
  const batch = {
    ids: inputs.ids as tf.Tensor2D,
    valid: inputs.valid as tf.Tensor2D,
    extra: under(inputs, 'extra'),
  };
  const hidden = model.encode(forward, batch);
  if (blueprint.texts) {
    const outputs = tokenLogits(model, forward, hidden);
    return { pooled: outputs, outputs, recorded: forward.recorded() };
  }
  const pooled = model.pool(forward, hidden, batch);
  return { pooled, outputs: head.apply(pooled, params), recorded: forward.recorded() };
};

const taskLoss = ({ task, texts }: Blueprint, outputs: tf.Tensor2D, inputs: TensorRecord): tf.Scalar => {
  const [labels, weights] = [inputs.labels as tf.Tensor1D, inputs.weights as tf.Tensor1D];
  if (texts) return smoothedLoss(outputs, labels, weights, texts.smoothing);
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
  // A bi-encoder has two pooled rows an example.
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
    const perturb = kind === 'js' ? noNoise : noisy(blueprint, method.noise, inputs, 'second');
    const second = passWith(blueprint, inputs, params, perturb);
    terms.push(tf.mul(disagreement(blueprint, method.consistency, first, second, inputs), weight) as tf.Scalar);
    if (kind === 'r-drop') terms.push(taskLoss(blueprint, second.outputs, inputs));
  }
  if (method.penalty) terms.push(method.penalty(params));
  if (adapter.penalty) terms.push(adapter.penalty(params, first.recorded));
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

/** 1 where a parameter is trained in this step, 0 where it stays as it is; null where all are trained. */
const trainableMask = ({ adapter, layout }: Blueprint, inputs: TensorRecord, params: Params): tf.Tensor1D | null => {
  const frozen = new Set(adapter.params.flatMap(({ name, frozen }) => (frozen ? [name] : [])));
  if (!adapter.trainable && frozen.size === 0) return null;
  const trainable = adapter.trainable?.(under(inputs, 'adapter'), params) ?? {};
  return tf.concat1d(
    layout.slots.map(({ name, shape, size }) => {
      if (frozen.has(name)) return tf.zeros([size]);
      const given = trainable[name];
      return given ? (tf.reshape(tf.mul(tf.ones([...shape]), given), [size]) as tf.Tensor1D) : tf.ones([size]);
    }),
  );
};

/** Both factors are exactly 0 or 1, so what stays is not rounded. */
const choose = (trainable: tf.Tensor1D, fresh: tf.Tensor1D, old: tf.Tensor1D): tf.Tensor1D =>
  tf.add(tf.mul(fresh, trainable), tf.mul(old, tf.sub(1, trainable)));

/**
 * The last (for N = 1 the only) sample and the optimiser: forward, gradient, clipping, AdamW (or the run's own), the adapter's update.
 * theta, m, v, decay, lr, corrections, share, batch, masks, slots -> theta, m, v, slots, loss.
 */
export const stepProgram =
  (blueprint: Blueprint): PureFunction =>
  (inputs) => {
    const { adapter, layout, clip } = blueprint;
    const { grad: whole, loss } = accumulated(blueprint, inputs);
    const theta0 = inputs.theta as tf.Tensor1D;
    const trainable = trainableMask(blueprint, inputs, unpack(layout, theta0));
    const grad = trainable ? (tf.mul(whole, trainable) as tf.Tensor1D) : whole;
    const given = {
      theta: theta0,
      m: inputs.m as tf.Tensor1D,
      v: inputs.v as tf.Tensor1D,
      decay: inputs.decay as tf.Tensor1D,
      lr: inputs.lr as tf.Scalar,
      correction1: inputs.correction1 as tf.Scalar,
      correction2: inputs.correction2 as tf.Scalar,
    };
    const { slots: held, ...moved } = blueprint.optimizer
      ? blueprint.optimizer.step({ ...given, layout, grad, clip, slots: under(inputs, 'optimizer') })
      : { ...adamW({ ...given, grad: clipByNorm(grad, clip) }), slots: {} };
    const next = trainable
      ? {
          theta: choose(trainable, moved.theta, theta0),
          m: choose(trainable, moved.m, inputs.m as tf.Tensor1D),
          v: choose(trainable, moved.v, inputs.v as tf.Tensor1D),
        }
      : moved;
    const own = Object.fromEntries(Object.entries(held).map(([name, value]) => [`optimizer/${name}`, value]));
    if (!adapter.state) return { ...next, ...own, loss };
    const updated = adapter.state.update({
      params: unpack(layout, next.theta),
      grads: unpack(layout, grad),
      slots: under(inputs, 'slot'),
      inputs: under(inputs, 'adapter'),
      moments: () => ({ m: unpack(layout, next.m), v: unpack(layout, next.v) }),
    });
    const slots = Object.entries(updated.slots).map(([name, value]) => [`slot/${name}`, value] as const);
    const { params, moments } = updated;
    const changed = moments ? { m: pack(layout, moments.m), v: pack(layout, moments.v) } : {};
    return { ...next, ...own, ...changed, theta: pack(layout, params), loss, ...Object.fromEntries(slots) };
  };

/** Gradient of share x loss without noise, for searches. theta, share, batch, and grad and loss so far -> grad, loss. */
export const scoreProgram = (blueprint: Blueprint): PureFunction =>
  gradientProgram({ ...blueprint, method: { ...blueprint.method, noise: [], consistency: undefined } });

/**
 * Gradient of the sum of outputs with all parameters and weights made positive and every embedding one (SynFlow, Eq. 1, as HeteroLoRA
 * uses it). theta, batch -> grad by the positive parameters.
 */
export const flowProgram =
  (blueprint: Blueprint): PureFunction =>
  (inputs) => {
    const positive = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, name.startsWith('weight/') ? tf.abs(value) : value]),
    );
    const ones: Perturb = (site, _place, value) => (site === 'embedding' ? tf.onesLike(value) : value);
    const { grad } = valueAndGrad(
      (theta) => tf.sum(passWith(blueprint, positive, unpack(blueprint.layout, theta), ones).outputs) as tf.Scalar,
      tf.abs(inputs.theta!) as tf.Tensor1D,
    );
    return { grad };
  };

/** How a prediction is made: deterministic, with the expected update, or with masks. */
export type Pass = 'deterministic' | 'mean-field' | 'member';

/** The perturbation of a pass; a member's masks are among the inputs. */
const perturbOf = (blueprint: Blueprint, pass: Pass, inputs: TensorRecord): Perturb => {
  const { method, model } = blueprint;
  if (pass === 'deterministic') return noNoise;
  if (pass === 'mean-field') return meanFieldScale(method.noise, model.layers) ?? noNoise;
  return noisy(blueprint, testNoise(blueprint), inputs, 'first');
};

/**
 * theta, batch (and masks for a member) -> outputs [B, C]. For texts: each row's summed loss [B, 1], which needs labels and weights;
 * a member gives its next-token logits [B * T, V], to be averaged with the others'.
 */
export const predictProgram =
  (blueprint: Blueprint, pass: Pass): PureFunction =>
  (inputs) => {
    const params = unpack(blueprint.layout, inputs.theta as tf.Tensor1D);
    const { outputs } = passWith(blueprint, inputs, params, perturbOf(blueprint, pass, inputs));
    if (!blueprint.texts || pass === 'member') return { outputs };
    const [rows] = inputs.ids!.shape as [number];
    const losses = rowLosses(outputs, inputs.labels as tf.Tensor1D, inputs.weights as tf.Tensor1D, rows);
    return { outputs: tf.reshape(losses, [rows, 1]) };
  };

/** Reads prompts: theta, ids, valid (and masks) -> next-token logits [B, V] and the cache. */
export const startProgram =
  (blueprint: Blueprint, pass: Pass): PureFunction =>
  (inputs) => {
    const params = unpack(blueprint.layout, inputs.theta as tf.Tensor1D);
    const forward = forwardOf(blueprint, inputs, params, perturbOf(blueprint, pass, inputs));
    const batch = { ids: inputs.ids as tf.Tensor2D, valid: inputs.valid as tf.Tensor2D, extra: {} };
    return startPass(languageModel(blueprint.model), forward, batch, blueprint.texts!.generation.maxNewTokens);
  };

/** One token more: theta, the inputs of `nextPass`, the cache (and masks) -> next-token logits [B, V] and the cache. */
export const nextProgram =
  (blueprint: Blueprint, pass: Pass): PureFunction =>
  (inputs) => {
    const params = unpack(blueprint.layout, inputs.theta as tf.Tensor1D);
    const forward = forwardOf(blueprint, inputs, params, perturbOf(blueprint, pass, inputs));
    return nextPass(languageModel(blueprint.model), forward, inputs);
  };

/** The noise of evaluation: the training noise unless the method says otherwise. */
export const testNoise = ({ method }: Blueprint): readonly Noise[] => method.testNoise ?? method.noise;
