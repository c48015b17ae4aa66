import type { Site } from '@lab/adapter';
import type { HostArray, tf } from '@lab/engine';
import type { Key } from '@lab/random';
import type { DrawContext, NoiseKind } from '../noise/axes.ts';

/**
 * One mask to draw: where it lies, its shape, the rate at this point of training, and what the
 * batch looks like.
 */
export interface MaskSpec {
  readonly site: Site;
  readonly shape: readonly number[];
  readonly p: number;
  readonly context: DrawContext;
}

/**
 * A moment of the factors of a mask. `everywhere`: one number for all entries, from the rate alone.
 * `by-entry`: a number for each entry of the mask, row-major.
 */
export type LawMoment =
  | { readonly kind: 'everywhere'; readonly at: (p: number) => number }
  | { readonly kind: 'by-entry'; readonly at: (spec: MaskSpec) => Float64Array };

/**
 * How random factors are drawn, how they act on a value, and what is known of them. Everything that
 * the laboratory needs to know of a law it asks of this value, so a new law is one file.
 *
 * The factor of an entry is what it is multiplied by. Before a softmax it is what the exponential
 * of the logit is multiplied by. Where a law divides by the sum of what it kept, it is the factor
 * before that division.
 */
export interface Law {
  /** One mask, pure in its key. Coins are bool, 1 to keep; factors are float32. */
  readonly draw: (key: Key, spec: MaskSpec) => HostArray;
  /**
   * The value under a mask that broadcasts to it. `p` is a tensor where the rate moves along
   * training. Pure tfjs.
   */
  readonly apply: (value: tf.Tensor, mask: tf.Tensor, p: tf.Tensor | number) => tf.Tensor;
  /** Whether `apply` reads p. A rate that moves then enters a step as an input. */
  readonly usesRate: boolean;
  readonly mean: LawMoment;
  readonly variance: LawMoment;
  /** Why the law has no meaning for such a noise; undefined where it has one. */
  readonly refusal: (noise: NoiseKind) => string | undefined;
}

/** A moment seen through a function of it and the rate. */
export const mapMoment = (moment: LawMoment, f: (value: number, p: number) => number): LawMoment =>
  moment.kind === 'everywhere'
    ? { kind: 'everywhere', at: (p) => f(moment.at(p), p) }
    : { kind: 'by-entry', at: (spec) => moment.at(spec).map((value) => f(value, spec.p)) };
