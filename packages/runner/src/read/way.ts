import type { meanLogits } from '@lab/models';
import type { Readout } from '@lab/records';
import type { Pass } from '../step/pass.ts';

/** One way of reading: its programs and how many members are averaged. */
export interface Way {
  readonly readout: Readout;
  readonly pass: Pass;
  readonly members: number;
  /** The members' next-token logits as one model's; absent: there is one pass. */
  readonly combine?: typeof meanLogits;
}
