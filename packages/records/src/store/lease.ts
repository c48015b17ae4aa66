import { closeSync, openSync, readdirSync, readFileSync, rmSync, utimesSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { refused } from './files.ts';

/** The right to work on one run. Its fencing number grows with every new owner, so that a late writer can be refused. */
export interface Lease {
  readonly folder: string;
  readonly fence: number;
  /** What the lease file says of its owner: tells this lease from a later one that begins at the same number in an emptied folder. */
  readonly owner: string;
}

interface Owner {
  readonly host: string;
  readonly pid: number;
  readonly started: string | null;
  /** Leases taken by this process before: two of one process differ. */
  readonly turn: number;
}

let turns = 0;

const prefix = 'lease-';
const pathOf = (folder: string, fence: number): string =>
  join(folder, `${prefix}${String(fence).padStart(6, '0')}.json`);

/**
 * When a process began, in clock ticks since boot: tells a process from a later one with the same number. Null where that cannot be
 * known (Linux only) and for a process that has ended and only waits to be collected by its parent.
 */
const startedAt = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
};

const isAlive = ({ pid, started }: Owner): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return started === null || startedAt(pid) === started;
};

const fences = (folder: string): readonly number[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
    .map((name) => Number(name.slice(prefix.length, -5)))
    .sort((a, b) => a - b);

const ownerOf = (path: string): Owner | null => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    // Created but not yet written, or cut off: its age decides.
    return null;
  }
};

/** Milliseconds without a heartbeat after which an owner on another host counts as dead. */
export const leaseTimeout = 120_000;

const isHeld = (folder: string, fence: number): boolean => {
  const path = pathOf(folder, fence);
  const owner = ownerOf(path);
  if (owner && owner.host === hostname()) return isAlive(owner);
  try {
    return Date.now() - statSync(path).mtimeMs < leaseTimeout;
  } catch {
    return false;
  }
};

/**
 * Takes the lease of a run folder, or returns null when a living process holds it. An owner on this host is dead when its process
 * is gone; one on another host when its heartbeat is older than `leaseTimeout`. Of several takers exactly one wins, because the
 * file with the next fencing number is created exclusively.
 */
export const takeLease = (folder: string): Lease | null => {
  const held = fences(folder);
  const last = held.at(-1) ?? 0;
  if (last > 0 && isHeld(folder, last)) return null;
  const fence = last + 1;
  const owner = JSON.stringify({
    host: hostname(),
    pid: process.pid,
    started: startedAt(process.pid),
    turn: turns++,
  } satisfies Owner);
  try {
    const file = openSync(pathOf(folder, fence), 'wx');
    try {
      writeFileSync(file, owner);
    } catch (error) {
      rmSync(pathOf(folder, fence), { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw refused('take the lease in', folder, error);
  }
  for (const old of held) rmSync(pathOf(folder, old), { force: true });
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

/** Says that the owner is alive; call it every few seconds. Does nothing once the lease was taken over: the next write notices. */
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
