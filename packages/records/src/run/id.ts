import { createHash } from 'node:crypto';
import { canonical } from './canonical.ts';
import type { RunConfig } from './config.ts';

/** Versions of the entries that a config names. */
export interface EntryVersions {
  readonly dataset: number;
  readonly model: number;
  readonly adapter: number;
  readonly dropout: number;
  /** Of the data set that is trained on, where it is another. */
  readonly trainOn?: number;
  /** Of the other tasks of a sequence, in their order; absent: there are none. */
  readonly tasks?: readonly number[];
}

/**
 * A run's identity: 16 hexadecimal digits of the SHA-256 of its canonical config and its entries'
 * versions. Host, path, engine, threads and time stay out.
 */
export const runId = (config: RunConfig, versions: EntryVersions): string =>
  createHash('sha256')
    .update(canonical({ schema: 1, config, versions }))
    .digest('hex')
    .slice(0, 16);
