import { noNoise, type Perturb } from '@lab/adapter';
import { consistencyLoss, type Consistency } from '@lab/dropout';
import { crossEntropy, meanSquaredError, stopGradient, tf, unpack, valueAndGrad, type Params } from '@lab/engine';
import { withMethod, type Blueprint } from '../session/blueprint.ts';
import type { BatchTensors } from './batch.ts';
import { passWith, trainingNoise, type Passed, type PassInputs } from './pass.ts';
import { smoothedLoss } from './token-loss.ts';

/**
 * Masks of one sample: of its pass, and of the second pass that some methods compare it with (empty
 * elsewhere).
 */
export interface SampleMasks<Mask> {
  readonly first: { readonly [name: string]: Mask };
  readonly second: { readonly [name: string]: Mask };
}

/** A loss and its gradient by the trained parameters. */
export interface Slope {
  readonly grad: tf.Tensor1D;
  readonly loss: tf.Scalar;
}

/**
 * What one sample's gradient reads. `share`: the factor of its loss; `sum`: what earlier samples of
 * the step left.
 */
export type SampleInputs = PassInputs & {
  readonly masks: SampleMasks<tf.Tensor>;
  readonly share: tf.Scalar;
  readonly sum?: Slope;
};

/** The outputs that are learnt: those of classes that earlier stages met are left out. */
const learnt = ({ before }: Blueprint, outputs: tf.Tensor2D): tf.Tensor2D =>
  before === 0 ? outputs : tf.slice(outputs, [0, before]);

/**
 * The loss of a task, averaged by the batch's weights; in nats where it is a cross-entropy. With a
 * growing head it is that of the stage's own classes among themselves, as in the authors' code of
 * SD-LoRA.
 */
export const taskLoss = (blueprint: Blueprint, outputs: tf.Tensor2D, batch: BatchTensors): tf.Scalar => {
  const { task, texts, before } = blueprint;
  if (texts) return smoothedLoss(outputs, batch, texts.smoothing);
  const loss = task.kind === 'regression' ? meanSquaredError : crossEntropy;
  const labels = before === 0 ? batch.labels : tf.sub<tf.Tensor1D>(batch.labels, tf.scalar(before, 'int32'));
  return loss(learnt(blueprint, outputs), labels, batch.weights);
};

/**
 * Consistency of two passes: of class logits, or for a regression of the pooled vectors (HiddenKey,
 * section 3.3).
 */
const disagreement = (
  blueprint: Blueprint,
  { kind, branches }: Consistency,
  [first, second]: readonly [Passed, Passed],
  { weights }: BatchTensors,
): tf.Scalar => {
  const regression = blueprint.task.kind === 'regression';
  const [one, other] = regression
    ? [first.pooled, second.pooled]
    : [learnt(blueprint, first.outputs), learnt(blueprint, second.outputs)];
  const [rows] = one.shape;
  const [batch] = weights.shape;
  // A bi-encoder has two pooled rows an example.
  const shares = rows === batch ? weights : tf.div<tf.Tensor1D>(tf.tile(weights, [rows / batch]), rows / batch);
  return consistencyLoss(kind, one, branches === 1 ? stopGradient(other) : other, shares);
};

/** The loss of one noisy pass (two where a consistency loss asks for it), with every penalty. */
const objective = (blueprint: Blueprint, inputs: SampleInputs, theta: tf.Tensor1D): tf.Scalar => {
  const { method, adapter, layout } = blueprint;
  const { batch, masks } = inputs;
  const params = unpack(layout, theta);
  const noisy = (drawn: Params): Perturb => trainingNoise(blueprint, batch, drawn);
  const first = passWith(blueprint, inputs, params, noisy(masks.first));
  const terms = [taskLoss(blueprint, first.outputs, batch)];
  if (method.consistency) {
    const { kind, weight } = method.consistency;
    const second = passWith(blueprint, inputs, params, kind === 'js' ? noNoise : noisy(masks.second));
    terms.push(tf.mul(disagreement(blueprint, method.consistency, [first, second], batch), weight));
    if (kind === 'r-drop') terms.push(taskLoss(blueprint, second.outputs, batch));
  }
  if (method.penalty) terms.push(method.penalty(params));
  if (adapter.penalty) terms.push(adapter.penalty(params, first.recorded));
  return terms.reduce((a, b) => tf.add(a, b));
};

/**
 * Gradient of share x loss, added to what earlier samples left: the mean of N losses by N
 * accumulated passes.
 */
export const gradientProgram =
  (blueprint: Blueprint) =>
  (inputs: SampleInputs): Slope => {
    const { value, grad } = valueAndGrad(
      (theta) => tf.mul(objective(blueprint, inputs, theta), inputs.share),
      inputs.theta,
    );
    const { sum } = inputs;
    return sum ? { grad: tf.add(grad, sum.grad), loss: tf.add(value, sum.loss) } : { grad, loss: value };
  };

/** Gradient of share x loss without noise, for searches. Its masks are empty. */
export const scoreProgram = (blueprint: Blueprint) =>
  gradientProgram(withMethod(blueprint, { ...blueprint.method, noise: [], consistency: undefined }));

/**
 * Gradient of the loss, or of the sum of outputs, with all parameters and weights made positive and
 * every embedding one (SynFlow, Eq. 1, as HeteroLoRA uses it), by the positive parameters.
 */
export const flowProgram =
  (blueprint: Blueprint) =>
  ({ theta, frozen, batch }: PassInputs): Pick<Slope, 'grad'> => {
    const positive = Object.fromEntries(Object.entries(frozen).map(([name, value]) => [name, tf.abs(value)]));
    const ones: Perturb = (site, _place, value) => (site === 'embedding' ? tf.onesLike(value) : value);
    const flow = (flat: tf.Tensor1D): tf.Scalar => {
      const params = unpack(blueprint.layout, flat);
      const { outputs } = passWith(blueprint, { frozen: positive, batch }, params, ones);
      return blueprint.adapter.search?.flow === 'outputs' ? tf.sum(outputs) : taskLoss(blueprint, outputs, batch);
    };
    return { grad: valueAndGrad(flow, tf.abs(theta)).grad };
  };
