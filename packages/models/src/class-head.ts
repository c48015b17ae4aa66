import type { HostParams } from '@lab/adapter';

/**
 * How transformers' sequence-classification class of a family stores a head over a pooling: the
 * linear map that makes logits, and the modules before it that belong to the head as well.
 */
export interface ClassHead {
  /** Path of the linear map; it has a weight. */
  readonly linear: string;
  /** Whether that map has a bias; absent: it does. */
  readonly bias?: boolean;
  /** Linear maps and norms that stand in the head before it. */
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

/** A decoder's: a map without bias on the last token. */
export const SCORE_HEAD: ClassHead = { linear: 'score', bias: false, before: [], modules: ['score'] };

/** A tensor of the head, in the model's own layout ([d_in, d_out] for a kernel). */
export interface HeadTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: 'kernel' | 'bias' | 'norm';
}

/**
 * What fine-tuning trains of a head: its modules before the linear map as well. They are no part of
 * the model's frozen weights.
 */
export interface TrainedHead {
  readonly tensors: readonly HeadTensor[];
  /** Standard deviations that transformers draws fresh kernels with. */
  readonly std: { readonly dense: number; readonly linear: number };
  /** Those tensors that the checkpoint holds; the others start afresh. */
  readonly stored: () => Promise<HostParams>;
}
