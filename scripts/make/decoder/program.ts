import { adapters, forwardWith, noNoise, type Model } from '@lab/adapter';
import { fold, key, normal } from '@lab/random';
import {
  adamW,
  clipByNorm,
  crossEntropy,
  layoutOf,
  sizeOf,
  tf,
  unpack,
  valueAndGrad,
  viewOf,
  type Layout,
  type Params,
  type PureFunction,
} from '@lab/engine';
import { type Anatomy, tableLogits } from '@lab/models/internals';

/** Every tensor of the model end to end. */
export const layoutOfAll = (anatomy: Anatomy): Layout => layoutOf(anatomy.tensors);

/**
 * GPT-2's start: normal with standard deviation .02, less by sqrt(2 layers) where a residual is
 * written; norms 1; biases 0.
 */
export const startOf = (anatomy: Anatomy, layout: Layout): Float32Array => {
  const theta = new Float32Array(layout.size);
  for (const { name, shape } of anatomy.tensors) {
    const at = viewOf(layout, theta, name);
    const deviation = name.endsWith('c_proj.weight') ? 0.02 / Math.sqrt(2 * anatomy.layers) : 0.02;
    const draw = () => normal(fold(fold(key(0), 'start'), name), sizeOf(shape)).map((x) => deviation * x);
    if (shape.length === 2) at.set(draw());
    else if (name.endsWith('.weight')) at.fill(1);
  }
  return theta;
};

/** Weight decay on matrices alone. */
export const decayOf = (anatomy: Anatomy, layout: Layout, weightDecay: number): Float32Array => {
  const decay = new Float32Array(layout.size);
  for (const { name, shape } of anatomy.tensors) if (shape.length === 2) viewOf(layout, decay, name).fill(weightDecay);
  return decay;
};

/** Mean next-token loss in nats. ids: int32 [B, T + 1]. */
const lossOf = (anatomy: Anatomy, weights: Params, ids: tf.Tensor2D): tf.Scalar => {
  const [batch, length] = ids.shape;
  const tokens = length - 1;
  const input = tf.slice(ids, [0, 0], [batch, tokens]);
  const model = { name: 'embedded-gpt', linears: anatomy.linears } as unknown as Model;
  const forward = forwardWith(model, adapters.build({ name: 'none' }, model), weights, {}, noNoise);
  const valid = tf.ones([batch, tokens]) as tf.Tensor2D;
  const hidden = anatomy.encode(forward, { ids: input, valid, extra: {} });
  const logits = tableLogits(anatomy.lmHead!)(forward, hidden);
  const flat = tf.reshape(logits, [batch * tokens, logits.shape[2]]) as tf.Tensor2D;
  const labels = tf.reshape(tf.slice(ids, [0, 1], [batch, tokens]), [batch * tokens]) as tf.Tensor1D;
  return crossEntropy(flat, labels, tf.fill([batch * tokens], 1 / (batch * tokens)) as tf.Tensor1D);
};

/** theta, ids -> loss. */
export const lossProgram =
  (anatomy: Anatomy, layout: Layout): PureFunction =>
  ({ theta, ids }) => ({ loss: lossOf(anatomy, unpack(layout, theta as tf.Tensor1D), ids as tf.Tensor2D) });

/**
 * One AdamW step on every weight: theta, m, v, decay, lr, corrections, ids -> theta, m, v, loss.
 */
export const decoderStep =
  (anatomy: Anatomy, layout: Layout): PureFunction =>
  ({ theta, m, v, decay, lr, correction1, correction2, ids }) => {
    const { value, grad } = valueAndGrad(
      (at) => lossOf(anatomy, unpack(layout, at), ids as tf.Tensor2D),
      theta as tf.Tensor1D,
    );
    const next = adamW({
      theta: theta as tf.Tensor1D,
      grad: clipByNorm(grad, 1),
      m: m as tf.Tensor1D,
      v: v as tf.Tensor1D,
      decay: decay as tf.Tensor1D,
      lr: lr as tf.Scalar,
      correction1: correction1 as tf.Scalar,
      correction2: correction2 as tf.Scalar,
    });
    return { ...next, loss: value };
  };
