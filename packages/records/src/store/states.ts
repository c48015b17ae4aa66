import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput } from '../refuse/bad-input.ts';
import { z } from 'zod';
import { listFolder, readText } from '../disk/read.ts';
import { writeWhole } from '../disk/write.ts';
import { guard, runFolder } from './folder.ts';
import { holdingOf } from './lease-world.ts';
import { fenceOf, type Lease } from './lease.ts';
import { readSeal } from './seal.ts';

/**
 * Why a run ended without a result. `cancelled` is no attempt: somebody stopped it, and it goes on
 * from its checkpoint.
 */
export interface Failure {
  readonly status: 'failed' | 'oom' | 'timeout' | 'cancelled';
  readonly reason: string;
  /** How often it ended without a result by its own doing. */
  readonly attempts: number;
}

/**
 * What the disk says of a run. `interrupted`: a checkpoint, or a lease of a dead process, and
 * nobody at work. `damaged`: a finished run whose marker does not fit, or a folder that cannot be
 * listed.
 */
export type RunState = 'planned' | 'running' | 'interrupted' | 'done' | 'diverged' | 'damaged' | Failure['status'];

const failureSchema: z.ZodType<Failure> = z.looseObject({
  status: z.enum(['failed', 'oom', 'timeout', 'cancelled']),
  reason: z.string(),
  attempts: z.number().int().min(0),
});

/**
 * Why a run has no result yet; null when nothing is known. A note that is cut off counts as one
 * failed attempt.
 */
export const readFailure = (folder: string): Failure | null => {
  try {
    const text = readText(join(folder, 'FAILED.json'));
    return text === null ? null : failureSchema.parse(JSON.parse(text));
  } catch {
    return { status: 'failed', reason: 'the note FAILED.json is not readable', attempts: 1 };
  }
};

/** Leaves a note why a run ended without a result, and counts the attempt. */
export const failRun = (lease: Lease, { status, reason }: Omit<Failure, 'attempts'>): void => {
  guard(lease);
  const before = readFailure(lease.folder)?.attempts ?? 0;
  const note: Failure = { status, reason, attempts: status === 'cancelled' ? before : before + 1 };
  writeWhole(join(lease.folder, 'FAILED.json'), `${JSON.stringify(note, null, 2)}\n`);
};

/** A run is done when its marker is there: the disk alone says so. */
export const isDone = (out: string, id: string): boolean => existsSync(join(runFolder(out, id), 'DONE'));

/** What the disk says of a run, without opening its results. */
export const stateOf = (out: string, id: string): RunState => {
  const folder = runFolder(out, id);
  const names = namesIn(folder);
  if (names === null) return 'damaged';
  if (names.includes('DONE')) return sealedState(folder);
  const leased = names.some((name) => fenceOf(name) !== null);
  if (leased && holdingOf(folder).held) return 'running';
  if (names.includes('FAILED.json')) return readFailure(folder)?.status ?? 'planned';
  return leased || names.includes('checkpoint') ? 'interrupted' : 'planned';
};

/** Names in a run's folder; null when it cannot be listed. */
const namesIn = (folder: string): readonly string[] | null => {
  try {
    return listFolder(folder);
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
};

const sealedState = (folder: string): RunState => {
  try {
    return readSeal(folder)?.status ?? 'planned';
  } catch (error) {
    if (error instanceof BadInput) return 'damaged';
    throw error;
  }
};
