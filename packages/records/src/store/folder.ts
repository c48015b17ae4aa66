import { lstatSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BadInput } from '../refuse/bad-input.ts';
import { listFolder } from '../disk/read.ts';
import { makeFolder, setAside } from '../disk/write.ts';
import { isOurs } from './lease-world.ts';
import type { Lease } from './lease.ts';

/** Thrown when another process took the run over: this one must stop writing. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * What may name a folder or file below the output folder: no separators, no way up, nothing hidden.
 */
const safe = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * A name as one step of a path. Throws `BadInput` for one that could lead elsewhere. `what` says
 * what it names.
 */
export const pathStep = (what: string, name: string): string => {
  if (safe.test(name) && name.length <= 100) return name;
  throw new BadInput(
    `${what} ${JSON.stringify(name)} cannot name a folder; allowed: letters, digits, ".", "_" and "-", the ` +
      'first a letter or digit',
  );
};

/** Folder of a run. */
export const runFolder = (out: string, id: string): string => join(out, 'runs', pathStep('run id', id));

/** Whether a path is a link that leads nowhere, in a circle, or to the folder of another name. */
const leadsElsewhere = (path: string): boolean => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return false;
  try {
    return basename(realpathSync(path)) !== basename(path);
  } catch {
    return true;
  }
};

/**
 * Opens a run's folder for work. What is no folder, cannot be listed, or is a link to another run
 * is set aside first, so that a new folder takes its place. Throws `BadInput` when that is refused.
 */
export const openRun = (out: string, id: string): string => {
  const folder = runFolder(out, id);
  makeFolder(join(out, 'runs'));
  if (leadsElsewhere(folder)) setAside(folder);
  try {
    listFolder(folder);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    setAside(folder);
  }
  makeFolder(folder);
  return folder;
};

/** Throws `LeaseLost` when the lease was taken over. */
export const guard = (lease: Lease): void => {
  if (!isOurs(lease)) throw new LeaseLost(`another process took over ${lease.folder}`);
};
