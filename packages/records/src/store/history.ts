import { appendFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Lease } from './lease.ts';

/**
 * A line in a run's history.jsonl: what happened, who did it, when. Never read to decide anything,
 * so one that cannot be written is left out; it is there for people, and for the tests that no run
 * is finished twice.
 */
export const note = ({ folder, fence }: Lease, event: string, more: { readonly [key: string]: unknown } = {}): void => {
  const at = new Date().toISOString();
  const line = JSON.stringify({ event, fence, host: hostname(), pid: process.pid, at, ...more });
  try {
    appendFileSync(join(folder, 'history.jsonl'), `${line}\n`);
  } catch {
    // Disk full or gone: what matters is written elsewhere, and says so.
  }
};
