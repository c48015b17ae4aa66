/**
 * How transformers' sequence-classification class of a family stores a head over a pooling: the
 * linear map that makes logits, and the modules before it that belong to the head as well.
 */
export interface ClassHead {
  /** Path of the linear map; it has a weight and a bias. */
  readonly linear: string;
  /** Frozen linear maps and norms that stand in the head before it. */
  readonly before: readonly string[];
  /** What PEFT calls `modules_to_save`. */
  readonly modules: readonly string[];
}

/** A head that is a linear map called classifier, right after the pooled vector. */
export const PLAIN_HEAD: ClassHead = { linear: 'classifier', before: [], modules: ['classifier'] };

/** RoBERTa's: a dense layer, then the map. */
export const DENSE_HEAD: ClassHead = {
  linear: 'classifier.out_proj',
  before: ['classifier.dense'],
  modules: ['classifier'],
};
