import type { TokenBatch } from '@lab/adapter';
import { tf } from '@lab/engine';
import type { Head } from './head.ts';
import { mapped, mapParams } from './output-map.ts';

/** How far below all others the score of a token of another text, or of no token, lies. */
const FAR = 1e9;

/** 1 where a place belongs to a text: [B, T], or packed [B, P]. */
const owners = ({ valid, packing }: TokenBatch): tf.Tensor2D => packing?.texts ?? valid;

/** Scores of one side for every text: [N, 1] of all places -> [B, T], or packed [B, P]. */
const sideOf = (scores: tf.Tensor, batch: TokenBatch): tf.Tensor2D => {
  const own = owners(batch);
  const [, places] = own.shape;
  const laid = tf.reshape<tf.Rank.R2>(scores, [-1, places]);
  return tf.add(laid, tf.mul(tf.sub(own, 1), FAR));
};

/**
 * A span head as every ForQuestionAnswering class has it (`qa_outputs`, [2, width]): scores of
 * every token as the first and the last of an answer. Outputs [2 B, T], or packed [2 B, P]: the
 * starts of all texts, then the ends; only a text's own tokens count.
 */
export const spanHead = (width: number): Head => {
  const map = { name: 'qa_outputs', features: width, outputs: 2, bias: true, std: 0.02 };
  return {
    params: mapParams(map),
    read: ({ hidden, batch, params }) => {
      const scores = mapped(map, tf.reshape<tf.Rank.R2>(hidden, [-1, width]), params);
      const [start, end] = tf.split(scores, 2, 1);
      if (!start || !end) throw new Error('a span has two ends');
      const outputs = tf.concat2d([sideOf(start, batch), sideOf(end, batch)], 0);
      return { pooled: outputs, outputs };
    },
  };
};
