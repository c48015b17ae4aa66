import { closeSync, openSync, readdirSync, readFileSync, rmSync, utimesSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { refused } from './files.ts';

/** The right to work on one run. Its fencing number grows with every new owner, so that a late writer can be refused. */
export interface Lease {
  readonly folder: string;
  readonly fence: number;
}

interface Owner {
  readonly host: string;
  readonly pid: number;
  readonly started: string | null;
}

const prefix = 'lease-';
const pathOf = (folder: string, fence: number): string =>
  join(folder, `${prefix}${String(fence).padStart(6, '0')}.json`);

/** When a process began, in clock ticks since boot: tells a process from a later one with the same number. Linux only. */
const startedAt = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
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
  try {
    const file = openSync(pathOf(folder, fence), 'wx');
    const owner: Owner = { host: hostname(), pid: process.pid, started: startedAt(process.pid) };
    writeFileSync(file, JSON.stringify(owner));
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw refused('take the lease in', folder, error);
  }
  for (const old of held) rmSync(pathOf(folder, old), { force: true });
  return { folder, fence };
};

/** Whether nobody took the lease over since. */
export const isOurs = ({ folder, fence }: Lease): boolean => {
  try {
    return fences(folder).at(-1) === fence;
  } catch {
    return false;
  }
};

/** Says that the owner is alive; call it every few seconds. */
export const heartbeat = ({ folder, fence }: Lease): void => {
  const now = new Date();
  try {
    utimesSync(pathOf(folder, fence), now, now);
  } catch {
    // The lease was taken over; the next write notices.
  }
};

/** Gives the lease back. */
export const releaseLease = ({ folder, fence }: Lease): void => rmSync(pathOf(folder, fence), { force: true });
