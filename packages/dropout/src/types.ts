import type { Place, Site } from '@lab/adapter';
import type { Key } from '@lab/random';
import type { Citation } from '@lab/records';
import type { Params, tf } from '@lab/tensor';

/**
 * What is shared in a mask (HiddenKey, section 3.2, and LoRA Dropout, Eq. 2).
 * element: every entry alone. column: the last axis, shared over the axis before it (all queries of a head, all tokens of a text).
 * row: the axis before the last, shared over the last (tokens). span: one contiguous run along the last axis (attention) or of
 * tokens (hidden). head: one whole head. example: one whole example.
 */
export type Structure = 'element' | 'column' | 'row' | 'span' | 'head' | 'example';

/** What makes up for the dropped values. `normalised` is DropAttention's rescale; `-stop` with a stopped gradient through the sum. */
export type Compensation = 'none' | 'inverse' | 'normalised' | 'normalised-stop';

/** A rate that may change: constant, by layer, or along training. All values in [0, 1). */
export type Rate =
  | number
  | { readonly byLayer: readonly number[] }
  | { readonly from: number; readonly to: number; readonly curve: 'linear' | 'cosine' };

/** One source of noise, as data: position x structure x compensation (HiddenKey, section 3). */
export interface Noise {
  readonly site: Site;
  readonly structure: Structure;
  readonly compensation: Compensation;
  /** Probability of dropping. */
  readonly p: Rate;
  /** One mask for the whole batch, or one for each example. */
  readonly scope: 'batch' | 'example';
  /** Layers it acts on; `latter-half` is HiddenKey's choice for decoders. */
  readonly layers: 'all' | 'latter-half' | readonly number[];
}

/** A second pass whose output should agree with the first. */
export interface Consistency {
  /** kl: both ways, halved (Eq. 11). js: KL(P1 || quiet) (Eq. 12). r-drop: kl plus the second pass's own task loss. */
  readonly kind: 'kl' | 'js' | 'r-drop';
  /** lambda */
  readonly weight: number;
  /** Whether gradients flow through one branch only (HiddenKey) or both (R-Drop). */
  readonly branches: 1 | 2;
}

/** How a method is tested. */
export type Evaluate =
  | { readonly readout: 'quiet' }
  | { readonly readout: 'mean-field' }
  | { readonly readout: 'ensemble-logits' | 'ensemble-probabilities'; readonly members: number };

/** A dropout method is data: which noise, how many samples, what is averaged, how it is tested. */
export interface Dropout {
  readonly cite: Citation;
  readonly noise: readonly Noise[];
  /** N: masks drawn for one optimiser step; the losses are averaged (LoRA Dropout, Eq. 7). */
  readonly samples: number;
  readonly consistency?: Consistency;
  /** What the method itself prescribes; every run also stores the quiet pass beside it. */
  readonly evaluate: Evaluate;
  /** Noise at evaluation where it differs from training (Drop_test, Drop_train); absent: the training noise. */
  readonly testNoise?: readonly Noise[];
  /** Added to the loss, from the trainable parameters alone (CLoRA); a scalar. */
  readonly penalty?: (params: Params) => tf.Scalar;
}

/** What a mask may depend on beside its key. */
export interface DrawContext {
  readonly place: Place;
  /** Layers of the model. */
  readonly depth: number;
  /** Tokens of each batch row before padding. */
  readonly lengths: Int32Array;
  readonly causal: boolean;
  /** Share of training done, in [0, 1]. */
  readonly progress: number;
}

/** A mask ready to travel: 1 keeps, 0 drops; `shape` broadcasts against the value. */
export interface Mask {
  readonly shape: readonly number[];
  readonly keep: Uint8Array;
}

/** Draws a mask for a value of `shape`. Pure in its key. */
export type Draw = (key: Key, shape: readonly number[], context: DrawContext) => Mask;
