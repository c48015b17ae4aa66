import type { Encoded } from '@lab/adapter';
import type { Example } from '@lab/datasets';

/** A text or pair as token ids: one row, or two of a bi-encoder. */
export interface Row {
  readonly example: Example;
  readonly encoded: readonly Encoded[];
  /** First token of the reference, for text-to-text tasks. */
  readonly targetFrom?: number;
}
