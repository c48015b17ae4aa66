import { existsSync, readFileSync } from 'node:fs';

/**
 * The most memory this process has held, in megabytes. On Linux from the process' own status: what
 * getrusage says begins with the peak of the process that started this one.
 */
export const peakMB = (): number => {
  const status = '/proc/self/status';
  const found = existsSync(status) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8')) : null;
  return (found ? Number(found[1]) : process.resourceUsage().maxRSS) / 1024;
};
