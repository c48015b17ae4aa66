import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from '../disk/refusal.ts';

/** Who holds a lease. */
export interface Owner {
  readonly host: string;
  /**
   * Names the running kernel and its process numbers: two containers of one host name, or a host
   * before and after a restart, differ.
   */
  readonly space: string | null;
  readonly pid: number;
  readonly started: string | null;
  /** Leases taken by this process before: two of one process differ. */
  readonly turn: number;
}

const orNull = (read: () => string): string | null => {
  try {
    return read().trim();
  } catch {
    return null;
  }
};

const space = ((): string | null => {
  const boot = orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const numbers = orNull(() => readlinkSync('/proc/self/ns/pid'));
  return boot === null || numbers === null ? null : `${boot} ${numbers}`;
})();

/**
 * When a process began, in clock ticks since boot: tells a process from a later one with the same
 * number. Null where that cannot be known (Linux only) and for a process that has ended and only
 * waits to be collected by its parent.
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

let turns = 0;

/** This process as an owner. */
export const self = (): Owner => ({
  host: hostname(),
  space,
  pid: process.pid,
  started: startedAt(process.pid),
  turn: turns++,
});

/**
 * Whether the owner's process lives; null where that cannot be asked because it belongs to another
 * host or container.
 */
export const lives = ({ host, space: where, pid, started }: Owner): boolean | null => {
  if (host !== hostname() || where !== space) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  return started === null || startedAt(pid) === started;
};
