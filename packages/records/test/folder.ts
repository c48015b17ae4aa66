import { present, takeLease, type Lease } from '../src/index.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** A new empty folder; all are removed after the test. */
export const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-records-'));
  made.push(folder);
  return folder;
};

const made: string[] = [];
afterEach(() => made.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The lease of a run folder that nobody holds. */
export const leaseOf = (folder: string, dead?: number): Lease =>
  present(takeLease(folder, dead), `a free lease of ${folder}`);
