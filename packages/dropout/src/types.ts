import type { Place, Site } from '@lab/adapter';
import type { Readout } from '@lab/records';
import type { Params, tf } from '@lab/engine';
import type { LawName } from './laws/index.ts';
import type { Law } from './laws/law.ts';

/**
 * What is shared in a mask (HiddenKey, section 3.2, and LoRA Dropout, Eq. 2); `structure.ts` gives
 * the mask's axes at every site. element: every entry alone. column: the last axis, shared over the
 * axis before it (all queries of a head, all tokens of a text). row: the axis before the last,
 * shared over the last (whole tokens, whole rows of B). span: one contiguous run of keys or of
 * tokens. head: one whole head. example: one whole example.
 */
export const STRUCTURES = ['element', 'column', 'row', 'span', 'head', 'example'] as const;
export type Structure = (typeof STRUCTURES)[number];

/**
 * What makes up for the dropped values. inverse: 1/(1-p). normalised: DropAttention's rescale by
 * the sum of the kept weights; `-stop` with a stopped gradient through that sum.
 */
export const COMPENSATIONS = ['none', 'inverse', 'normalised', 'normalised-stop'] as const;
export type Compensation = (typeof COMPENSATIONS)[number];

/** A rate that moves along training, from its first step to its last. */
export interface RateSchedule {
  readonly from: number;
  readonly to: number;
  readonly curve: 'linear' | 'cosine';
}

/** Probability of dropping: constant, by layer, or along training. All values in [0, 1). */
export type Rate = number | { readonly byLayer: readonly number[] } | RateSchedule;

/** Layers a noise acts on; `latter-half` is HiddenKey's choice for decoders. */
export type Layers = 'all' | 'latter-half' | readonly number[];

/**
 * One source of noise, as data: position x structure x compensation (LoRA Meets Dropout, section
 * 3), and a law.
 */
export interface Noise {
  readonly site: Site;
  readonly structure: Structure;
  readonly compensation: Compensation;
  readonly p: Rate;
  /**
   * One mask for the whole batch, or one for each example. Masks of A and B belong to the whole
   * batch.
   */
  readonly scope: 'batch' | 'example';
  readonly layers: Layers;
  /** The law of its factors; absent: coins that drop with probability p. */
  readonly law?: LawName | undefined;
}

/** A second pass whose output should agree with the first. */
export interface Consistency {
  /**
   * kl: both ways, halved (HiddenKey, Eq. 11). js: KL(P1 || deterministic) (Eq. 12). r-drop: kl
   * plus the second pass's own task loss.
   */
  readonly kind: 'kl' | 'js' | 'r-drop';
  /** lambda */
  readonly weight: number;
  /** Whether gradients flow through the first branch only (HiddenKey) or through both (R-Drop). */
  readonly branches: 1 | 2;
}

/** How a method is tested. */
export interface Evaluate {
  /** The size M of an ensemble is the run's, not the method's. */
  readonly readout: Readout;
}

/** A dropout method is data: which noise, how many samples, what is averaged, how it is tested. */
export interface Dropout {
  readonly noise: readonly Noise[];
  /** N: masks drawn for one optimiser step; the losses are averaged (LoRA Dropout, Eq. 7). */
  readonly samples: number;
  readonly consistency?: Consistency | undefined;
  /** What the method itself prescribes; every run also stores the deterministic pass beside it. */
  readonly evaluate: Evaluate;
  /**
   * Noise at evaluation where it differs from training (Drop_test, Drop_train); absent: the
   * training noise.
   */
  readonly testNoise?: readonly Noise[];
  /** Added to the loss, from the trainable parameters alone (CLoRA); a scalar. */
  readonly penalty?: (params: Params) => tf.Scalar;
  /** Training settings that the method itself prescribes and that win over the run's. */
  readonly train?: { readonly weightDecay?: number };
  /**
   * The method's members are the runs of different seeds (deep ensemble); the report combines their
   * stored outputs.
   */
  readonly ensembleOver?: 'seeds';
}

/** What masks may depend on beside their key, place and shape. */
export interface DrawContext {
  /** Tokens of each batch row before padding; 0 for a row that only fills the batch. */
  readonly lengths: Int32Array;
  readonly causal: boolean;
  /** Share of training done, in [0, 1]. */
  readonly progress: number;
}

/** A mask that a forward pass of one batch shape needs. */
export interface PlannedMask {
  /** `mask/<site>/<path>`, with `#k` for the k-th further noise of the same site. */
  readonly name: string;
  readonly site: Site;
  readonly place: Place;
  readonly noise: Noise;
  readonly law: Law;
  /** k: position among the noises of this site. */
  readonly index: number;
  readonly valueShape: readonly number[];
  /** Broadcasts to `valueShape`. */
  readonly maskShape: readonly number[];
}
