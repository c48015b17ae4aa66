import type { Forward, HostParams, Model, ParamSpec, TokenBatch } from '@lab/adapter';
import { classPooling, isSavable, type HeadTensor } from '@lab/models';
import { normal } from '@lab/random';
import { BadInput } from '@lab/records';
import { sizeOf, tf, type Params } from '@lab/engine';
import { tokenLogits, type TokenTargets } from '../../step/token-loss.ts';
import { mapped, mapParams } from './output-map.ts';

/** What a head reads: a pass of the model, its last hidden states, and the trained parameters. */
export interface HeadInputs {
  readonly model: Model;
  readonly forward: Forward;
  readonly hidden: tf.Tensor3D;
  /** With the next tokens and their weights where the texts have references. */
  readonly batch: TokenBatch & Partial<TokenTargets>;
  readonly params: Params;
}

/** What is trained on top of the model, and how outputs come from its hidden states. */
export interface Head {
  readonly params: readonly ParamSpec[];
  /** Start values that the checkpoint holds; absent: every parameter is drawn. */
  readonly stored?: () => Promise<HostParams>;
  /**
   * The vectors that outputs are made of, [R, width], and the outputs, [B, C]. R = B, or 2 B with
   * the first texts before the second ones for a bi-encoder. For texts both are the next-token
   * logits [B * T, V].
   */
  readonly read: (inputs: HeadInputs) => { readonly pooled: tf.Tensor2D; readonly outputs: tf.Tensor2D };
}

/**
 * (u, v, |u - v|, u * v) of two stacked sets of vectors: [2 B, width] -> [B, 4 width] (InferSent,
 * Conneau et al. 2017, section 3).
 */
const compare = (vectors: tf.Tensor2D): tf.Tensor2D => {
  const [u, v] = tf.split<tf.Tensor2D>(vectors, 2, 0);
  if (!u || !v) throw new Error('a bi-encoder has two rows an example');
  return tf.concat2d([u, v, tf.abs(tf.sub<tf.Tensor2D>(u, v)), tf.mul<tf.Tensor2D>(u, v)], 1);
};

/** For tasks whose outputs are the model's own next-token logits. */
export const noHead: Head = {
  params: [],
  read: ({ model, forward, hidden }) => {
    const outputs = tokenLogits(model, forward, hidden);
    return { pooled: outputs, outputs };
  },
};

/** Name of the map that makes the outputs of a classification or regression. */
const CLASSIFIER = 'classifier';

/** A linear head: normal start with standard deviation .02, as in BERT's classifier; bias 0. */
export const linearHead = (width: number, outputs: number, biEncoder: boolean, name = CLASSIFIER): Head => {
  const map = { name, features: biEncoder ? 4 * width : width, outputs, bias: true, std: 0.02 };
  return {
    params: mapParams(map),
    read: ({ model, forward, hidden, batch, params }) => {
      const pooled = model.pool(forward, hidden, batch);
      return { pooled, outputs: mapped(map, biEncoder ? compare(pooled) : pooled, params) };
    },
  };
};

const denseParam = ({ name, shape, kind }: HeadTensor, std: number): ParamSpec => ({
  name,
  shape,
  decay: kind === 'kernel',
  init: (key) => {
    const size = sizeOf(shape);
    if (kind === 'kernel') return normal(key, size).map((x) => std * x);
    return new Float32Array(size).fill(kind === 'norm' ? 1 : 0);
  },
});

/**
 * The head of transformers' sequence-classification class, all of it trained: layers before the
 * linear map under the model's own names (the pass finds them among its weights), then the map.
 * What the checkpoint lacks starts as transformers draws it. Throws `BadInput` for a model that has
 * no such head, or not over this pooling.
 */
export const fineTuningHead = (model: Model, outputs: number): Head => {
  const { classHead, trainedHead } = isSavable(model) ? model : {};
  if (!classHead || !trainedHead) {
    const pooling = classPooling(model.name);
    throw new BadInput(
      pooling === undefined
        ? `head is fine-tuning; ${model.name} has no classification head of its own; allowed: linear`
        : `head is fine-tuning; the head of ${model.name} stands on model.pooling=${pooling}`,
    );
  }
  const { std, tensors, stored } = trainedHead;
  const map = {
    name: CLASSIFIER,
    features: model.width,
    outputs,
    bias: classHead.bias ?? true,
    std: std.linear,
  };
  return {
    params: [...tensors.map((tensor) => denseParam(tensor, std.dense)), ...mapParams(map)],
    stored,
    read: ({ forward, hidden, batch, params }) => {
      const pooled = model.pool(forward, hidden, batch);
      return { pooled, outputs: mapped(map, pooled, params) };
    },
  };
};
