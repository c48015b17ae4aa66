import { readFileSync } from 'node:fs';

/** Whether an error message or a process's last words tell of missing memory. */
export const isOutOfMemory = (words: string): boolean =>
  /out of memory|bad_alloc|failed to allocate|cannot allocate memory|allocation failed|array buffer allocation/i.test(
    words,
  );

/** How many processes the kernel has ended for want of memory since it started; null where that cannot be read. */
export const kernelKills = (): number | null => {
  try {
    const found = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'));
    return found ? Number(found[1]) : null;
  } catch {
    return null;
  }
};

/** Resident memory of a process in MB; null where that cannot be read (Linux only) or when it is gone. */
export const residentMB = (pid: number): number | null => {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1024 : null;
  } catch {
    return null;
  }
};
