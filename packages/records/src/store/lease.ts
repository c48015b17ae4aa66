import { linkSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refused } from './files.ts';
import { lives, self, type Owner } from './owner.ts';

/**
 * The right to work on one run. Its fencing number grows with every new owner, so that a late
 * writer can be refused.
 */
export interface Lease {
  readonly folder: string;
  readonly fence: number;
  /**
   * What the lease file says of its owner: tells this lease from a later one that begins at the
   * same number in an emptied folder.
   */
  readonly owner: string;
}

const prefix = 'lease-';
const pathOf = (folder: string, fence: number): string =>
  join(folder, `${prefix}${String(fence).padStart(6, '0')}.json`);

const fences = (folder: string): readonly number[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
    .map((name) => Number(name.slice(prefix.length, -5)))
    .sort((a, b) => a - b);

const ownerOf = (path: string): Owner | null => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    // Cut off by a full disk or a failing one: its heartbeat decides.
    return null;
  }
};

/**
 * Milliseconds of watching without a heartbeat after which an owner on another host counts as dead.
 */
export const leaseTimeout = 120_000;

interface Sighting {
  readonly beat: number;
  readonly since: number;
}

/** Heartbeats seen by this process. */
const sightings = new Map<string, Sighting>();

/**
 * How long this process has watched a heartbeat stand still, in milliseconds. Only changes of the
 * file's time count, measured on this process's own steady clock: clocks that differ between hosts,
 * or jump, neither end a lease nor keep it.
 */
const silence = (path: string, now: number): number => {
  const beat = statSync(path).mtimeMs;
  const seen = sightings.get(path);
  if (seen?.beat === beat) return now - seen.since;
  sightings.set(path, { beat, since: now });
  return 0;
};

/** What can be said of a lease: held by a living owner or one that may live, or free to take. */
export interface Holding {
  readonly held: boolean;
  readonly fence: number;
  readonly owner: Owner | null;
}

/**
 * Who holds a run folder. An owner on this host is dead when its process is gone; one on another
 * host when this process has watched its heartbeat stand still for `leaseTimeout`. `now` is a
 * steady clock in milliseconds.
 */
export const holdingOf = (folder: string, now = performance.now()): Holding => {
  const fence = fences(folder).at(-1) ?? 0;
  if (fence === 0) return { held: false, fence, owner: null };
  const path = pathOf(folder, fence);
  const owner = ownerOf(path);
  const alive = owner ? lives(owner) : null;
  if (alive !== null) return { held: alive, fence, owner };
  try {
    const silent = silence(path, now);
    return { held: silent < leaseTimeout, fence, owner };
  } catch {
    return { held: false, fence, owner };
  }
};

/** Creates a file with its content at once, or returns false when there is one of that name. */
const createWhole = (path: string, content: string): boolean => {
  const partial = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(partial, content);
    linkSync(partial, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // A file system without hard links: exclusive creation, after which the content follows.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    return createExclusive(path, content);
  } finally {
    rmSync(partial, { force: true });
  }
};

const createExclusive = (path: string, content: string): boolean => {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    rmSync(path, { force: true });
    throw error;
  }
};

/**
 * Takes the lease of a run folder, or returns null when somebody else may hold it. Of several
 * takers exactly one wins, because the file with the next fencing number is created exclusively.
 * `dead`: a fencing number that the caller's own watch has found dead.
 */
export const takeLease = (folder: string, dead = 0): Lease | null => {
  const before = fences(folder);
  const holding = holdingOf(folder);
  if (holding.held && holding.fence !== dead) return null;
  const fence = holding.fence + 1;
  const owner = JSON.stringify(self());
  try {
    if (!createWhole(pathOf(folder, fence), owner)) return null;
  } catch (error) {
    throw refused('take the lease in', folder, error);
  }
  for (const old of before) if (old < fence) rmSync(pathOf(folder, old), { force: true });
  return { folder, fence, owner };
};

/** Whether nobody took the lease over since. */
export const isOurs = ({ folder, fence, owner }: Lease): boolean => {
  try {
    return fences(folder).at(-1) === fence && readFileSync(pathOf(folder, fence), 'utf8') === owner;
  } catch {
    return false;
  }
};

/**
 * Says that the owner is alive; call it every few seconds. Does nothing once the lease was taken
 * over: the next write notices.
 */
export const heartbeat = (lease: Lease): void => {
  const now = new Date();
  try {
    if (isOurs(lease)) utimesSync(pathOf(lease.folder, lease.fence), now, now);
  } catch {
    // Taken over between the two calls.
  }
};

/** Gives the lease back; one that was taken over stays with its new owner. */
export const releaseLease = (lease: Lease): void => {
  if (isOurs(lease)) rmSync(pathOf(lease.folder, lease.fence), { force: true });
};
