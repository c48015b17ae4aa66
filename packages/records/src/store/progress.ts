import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from './files.ts';
import { runFolder } from './folder.ts';
import { isOurs, type Lease } from './lease.ts';

/** How far a running run is, for `lab status`. */
export interface ProgressNote {
  readonly phase: 'train' | 'evaluate';
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
}

/** progress.json. What cannot be written is left out: a run does not depend on it. */
export const writeProgress = (lease: Lease, progress: ProgressNote): void => {
  const path = join(lease.folder, 'progress.json');
  const partial = `${path}.${process.pid}.tmp`;
  try {
    if (!isOurs(lease)) return;
    writeFileSync(partial, `${JSON.stringify(progress)}\n`);
    renameSync(partial, path);
  } catch {
    // Disk full or gone: the next checkpoint says so.
  }
};

/** The last note of a run, or null. */
export const readProgress = (out: string, id: string): ProgressNote | null => {
  try {
    const text = readText(join(runFolder(out, id), 'progress.json'));
    return text === null ? null : (JSON.parse(text) as ProgressNote);
  } catch {
    return null;
  }
};
