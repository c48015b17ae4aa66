import { appendFileSync, truncateSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { statsOf } from '../disk/read.ts';
import type { Lease } from './lease.ts';

/** Adds to a file; what was written of a line that does not fit is cut off again. */
const append = (path: string, line: string): void => {
  const before = statsOf(path)?.size ?? 0;
  try {
    appendFileSync(path, line);
  } catch (error) {
    truncateSync(path, before);
    throw error;
  }
};

/**
 * A line in a run's history.jsonl: what happened, who did it, when. Never read to decide anything,
 * so one that cannot be written is left out; it is there for people, and for the tests that no run
 * is finished twice.
 */
export const note = ({ folder, fence }: Lease, event: string, more: { readonly [key: string]: unknown } = {}): void => {
  const at = new Date().toISOString();
  const line = JSON.stringify({ event, fence, host: hostname(), pid: process.pid, at, ...more });
  try {
    append(join(folder, 'history.jsonl'), `${line}\n`);
  } catch {
    // Disk full or gone: what matters is written elsewhere, and says so.
  }
};
