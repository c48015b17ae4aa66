import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readText } from '../disk/read.ts';
import { temporaryName } from '../disk/write.ts';
import { runFolder } from './folder.ts';
import { isOurs } from './lease-world.ts';
import type { Lease } from './lease.ts';

/** How far a running run is, for `lab status`. */
export interface ProgressNote {
  readonly phase: 'train' | 'evaluate';
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
}

const noteSchema: z.ZodType<ProgressNote> = z.looseObject({
  phase: z.enum(['train', 'evaluate']),
  step: z.number(),
  steps: z.number(),
  loss: z.number().nullable(),
});

/** progress.json. What cannot be written is left out: a run does not depend on it. */
export const writeProgress = (lease: Lease, progress: ProgressNote): void => {
  const path = join(lease.folder, 'progress.json');
  const temporary = temporaryName(path);
  try {
    if (!isOurs(lease)) return;
    writeFileSync(temporary, `${JSON.stringify(progress)}\n`);
    renameSync(temporary, path);
  } catch {
    // Disk full or gone: the next checkpoint says so.
    rmSync(temporary, { force: true });
  }
};

/** The last note of a run, or null. */
export const readProgress = (out: string, id: string): ProgressNote | null => {
  try {
    const text = readText(join(runFolder(out, id), 'progress.json'));
    return text === null ? null : noteSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
};
