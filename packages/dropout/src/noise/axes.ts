import type { Site } from '@lab/adapter';

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

/**
 * One mask for the whole batch, or one for each example. Masks of A and B belong to the whole
 * batch.
 */
export type Scope = 'batch' | 'example';

/** The parts of a noise that choose its law and that a law may refuse. */
export interface NoiseKind {
  readonly site: Site;
  readonly structure: Structure;
  readonly compensation: Compensation;
}

/** What masks may depend on beside their key, place and shape. */
export interface DrawContext {
  /** Tokens of each batch row before padding; 0 for a row that only fills the batch. */
  readonly lengths: Int32Array;
  readonly causal: boolean;
  /** Share of training done, in [0, 1]. */
  readonly progress: number;
}
