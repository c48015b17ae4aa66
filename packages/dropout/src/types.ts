import type { Place, Site } from '@lab/adapter';
import type { Readout } from '@lab/records';
import type { Params, tf } from '@lab/engine';
import type { LawName } from './laws/index.ts';
import type { Law } from './laws/law.ts';
import type { NoiseKind, Scope } from './noise/axes.ts';

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
export interface Noise extends NoiseKind {
  readonly p: Rate;
  readonly scope: Scope;
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
