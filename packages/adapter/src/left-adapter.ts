import type { Named } from '@lab/records';
import type { HostParams } from './host-params.ts';

/** A trained adapter that another goes on from: the options that built it, and its parameters. */
export interface LeftAdapter {
  readonly options: Named;
  readonly params: HostParams;
}
