import type { ParamSpec } from '@lab/adapter';
import { normal } from '@lab/random';
import { tf, type Params } from '@lab/engine';

/**
 * The trained linear map from features to logits. `classifier.weight`: [outputs, features],
 * `classifier.bias`: [outputs].
 */
export interface Head {
  readonly params: readonly ParamSpec[];
  /**
   * Vectors [R, width] -> logits [B, outputs]. R = B, or 2 B with the first texts before the second
   * ones for a bi-encoder.
   */
  readonly apply: (vectors: tf.Tensor2D, params: Params) => tf.Tensor2D;
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
  apply: () => {
    throw new Error('a text-to-text task reads next-token logits, not pooled vectors');
  },
};

/** A linear head: normal start with standard deviation .02, as in BERT's classifier; bias 0. */
export const linearHead = (width: number, outputs: number, biEncoder: boolean): Head => {
  const features = biEncoder ? 4 * width : width;
  return {
    params: [
      {
        name: 'classifier.weight',
        shape: [outputs, features],
        decay: true,
        init: (key) => normal(key, outputs * features).map((x) => 0.02 * x),
      },
      { name: 'classifier.bias', shape: [outputs], decay: false, init: () => new Float32Array(outputs) },
    ],
    apply: (vectors, params) => {
      const [weight, bias] = [params['classifier.weight'], params['classifier.bias']];
      if (!weight || !bias) throw new Error('the parameters of the head are missing');
      const features = biEncoder ? compare(vectors) : vectors;
      return tf.add(tf.matMul<tf.Tensor2D>(features, weight, false, true), bias);
    },
  };
};
