import type { Forward, Model } from '@lab/adapter';
import { tf } from '@lab/engine';

/** A decoder that also predicts the next token. */
export interface LanguageModel extends Model {
  readonly vocabulary: number;
  /** Next-token logits of every place. hidden: [B, T, width] -> [B, T, V]. */
  readonly logits: (forward: Forward, hidden: tf.Tensor3D) => tf.Tensor3D;
  /**
   * Token that ends a text in training, the first of config.json; undefined where it names none.
   */
  readonly end: number | undefined;
  /**
   * Tokens that end a text that is written: those of generation_config.json, else of config.json.
   */
  readonly ends: readonly number[];
  /** Ids of a text without special tokens. */
  readonly encodeBare: (text: string) => Int32Array;
  /** The text of ids, special tokens left out. */
  readonly decode: (ids: ArrayLike<number>) => string;
}

/** Whether a model was opened with its language model head. */
export const isLanguageModel = (model: Model): model is LanguageModel => 'logits' in model;

/** Logits by a table [V, width], the tied embedding or a head of its own: hidden E ᵀ. */
export const tableLogits =
  (name: string) =>
  (forward: Forward, hidden: tf.Tensor3D): tf.Tensor3D => {
    const [batch, tokens, width] = hidden.shape;
    const E = forward.weight(name);
    const flat = tf.matMul(tf.reshape(hidden, [batch * tokens, width]), tf.transpose(E));
    return tf.reshape(flat, [batch, tokens, E.shape[0]]);
  };
