import { readFileSync, writeFileSync } from 'node:fs';

/** Whether an error message or a process's last words tell of missing memory. */
export const isOutOfMemory = (words: string): boolean =>
  /out of memory|bad_alloc|failed to allocate|cannot allocate memory|allocation failed|array buffer allocation/i.test(
    words,
  );

/**
 * How many processes the kernel has ended for want of memory since it started; null where that
 * cannot be read.
 */
export const kernelKills = (): number | null => {
  try {
    const found = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'));
    return found ? Number(found[1]) : null;
  } catch {
    return null;
  }
};

/**
 * Resident memory of a process in MB; null where that cannot be read (Linux only) or when it is
 * gone.
 */
export const residentMB = (pid: number): number | null => {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1024 : null;
  } catch {
    return null;
  }
};

/**
 * Begins a measurement of this process's peak memory; the returned function gives the most that was
 * resident since, in MB. On Linux the kernel's mark is set back to what is resident now, so that a
 * worker's earlier runs do not count; elsewhere they do.
 */
export const openPeak = (): (() => number) => {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux, or not allowed: the mark stays.
  }
  return () => {
    try {
      const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
      if (found) return Number(found[1]) / 1024;
    } catch {
      // Not Linux: told below.
    }
    return process.resourceUsage().maxRSS / 1024;
  };
};
