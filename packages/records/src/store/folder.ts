import { join } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { makeFolder } from './files.ts';
import { isOurs, type Lease } from './lease.ts';

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

/** Opens a run's folder for work. */
export const openRun = (out: string, id: string): string => {
  const folder = runFolder(out, id);
  makeFolder(folder);
  return folder;
};

/** Throws `LeaseLost` when the lease was taken over. */
export const guard = (lease: Lease): void => {
  if (!isOurs(lease)) throw new LeaseLost(`another process took over ${lease.folder}`);
};
