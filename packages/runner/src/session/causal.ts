import type { Forward, Model } from '@lab/adapter';
import type { Example } from '@lab/datasets';
import type { TaskKind } from '@lab/metrics';
import { isLanguageModel, type Generation, type LanguageModel } from '@lab/models';
import { BadInput } from '@lab/records';
import { crossEntropy, logSoftmax, tf, type HostArray } from '@lab/engine';
import type { Row } from './row.ts';

/** What a text-to-text run needs beside the rest of a blueprint. */
export interface Texts {
  readonly generation: Generation;
  /** Share of the target spread evenly over the vocabulary. */
  readonly smoothing: number;
}

/** The model as one that predicts tokens. Throws `BadInput` when it was opened without its language model head. */
export const languageModel = (model: Model): LanguageModel => {
  if (!isLanguageModel(model))
    throw new BadInput(`model "${model.name}": a text-to-text task needs a decoder with its head; set model.lm=true`);
  return model;
};

/** Most tokens of a prompt: what is written must fit behind it. Throws `BadInput` when nothing is left. */
const promptRoom = (model: Model, maxTokens: number, { maxNewTokens }: Generation): number => {
  const room = Math.min(maxTokens - 1, model.maxTokens - maxNewTokens);
  if (room < 2)
    throw new BadInput(
      `generation.maxNewTokens is ${maxNewTokens} and train.maxTokens ${maxTokens}; ${model.name} takes ${model.maxTokens} tokens, so no prompt would fit`,
    );
  return room;
};

/**
 * Rows of `input, line break, first reference, end`, cut at `maxTokens`: the same line that is written on from when texts are generated.
 * `targetFrom` is the reference's first token.
 */
export const textRows = (
  model: LanguageModel,
  examples: readonly Example[],
  maxTokens: number,
  generation: Generation,
): readonly Row[] => {
  const between = model.encodeBare('\n');
  const room = promptRoom(model, maxTokens, generation) - between.length;
  const end = model.end === undefined ? [] : [model.end];
  return examples.map((example) => {
    const prompt = [...model.tokenize(example.text, undefined, room).ids, ...between];
    const ids = [...prompt, ...model.encodeBare(example.references?.[0] ?? ''), ...end].slice(0, maxTokens);
    return { example, encoded: [{ ids: Int32Array.from(ids) }], targetFrom: prompt.length };
  });
};

/** The tokens that a text is written on from. */
export const promptOf = ({ encoded, targetFrom }: Row): Int32Array => encoded[0]!.ids.subarray(0, targetFrom);

/**
 * Labels and weights of a batch of `size` rows and T tokens, both [size * T]: at each place the next token, and a weight where that
 * token is the reference's. Weights sum to one over the reference tokens of all rows.
 */
export const textTargets = (
  rows: readonly Row[],
  size: number,
  tokens: number,
): { readonly labels: HostArray; readonly weights: HostArray } => {
  const labels = new Int32Array(size * tokens);
  const weights = new Float32Array(size * tokens);
  const total = rows.reduce((sum, { encoded, targetFrom }) => sum + encoded[0]!.ids.length - targetFrom!, 0);
  rows.forEach(({ encoded, targetFrom }, row) => {
    const { ids } = encoded[0]!;
    labels.set(ids.subarray(1), row * tokens);
    weights.fill(1 / Math.max(1, total), row * tokens + targetFrom! - 1, row * tokens + ids.length - 1);
  });
  return {
    labels: { dtype: 'int32', shape: [size * tokens], data: labels },
    weights: { dtype: 'float32', shape: [size * tokens], data: weights },
  };
};

/** Next-token logits of every place, [B * T, V]. */
export const tokenLogits = (model: Model, forward: Forward, hidden: tf.Tensor3D): tf.Tensor2D => {
  const logits = languageModel(model).logits(forward, hidden);
  const [batch, tokens, vocabulary] = logits.shape;
  return tf.reshape(logits, [batch * tokens, vocabulary]) as tf.Tensor2D;
};

/**
 * Cross-entropy with label smoothing (Szegedy et al. 2016, section 7): (1 - e) times the loss of the label plus e times the mean loss
 * over the vocabulary. logits: [N, V]; labels, weights: [N].
 */
export const smoothedLoss = (
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
  smoothing: number,
): tf.Scalar => {
  const hard = crossEntropy(logits, labels, weights);
  if (smoothing === 0) return hard;
  const even = tf.neg(tf.sum(tf.mul(tf.mean(logSoftmax(logits), -1), weights)));
  return tf.add(tf.mul(hard, 1 - smoothing), tf.mul(even, smoothing)) as tf.Scalar;
};

/** Summed loss of every row's reference tokens in nats: [B]. Weights count as 0 or not. */
export const rowLosses = (
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
  rows: number,
): tf.Tensor1D => {
  const truth = tf.cast(tf.oneHot(labels, logits.shape[1]), 'float32');
  const losses = tf.neg(tf.sum(tf.mul(truth, logSoftmax(logits)), -1));
  const counted = tf.mul(losses, tf.cast(tf.greater(weights, 0), 'float32'));
  return tf.sum(tf.reshape(counted, [rows, labels.size / rows]), 1) as tf.Tensor1D;
};

/** Whether a task's outputs are texts. */
export const writesTexts = (task: TaskKind): boolean => task.kind === 'text-to-text';
