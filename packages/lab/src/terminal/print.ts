import { once } from 'node:events';

/** Lines gathered before they are written. */
const batch = 500;

/**
 * A writer of lines to stdout that waits where the reader is slower, so that any number of lines
 * costs constant memory.
 */
export const openPrinter = () => {
  let lines: string[] = [];
  const flush = async () => {
    if (lines.length === 0) return;
    const text = `${lines.join('\n')}\n`;
    lines = [];
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  };
  return {
    line: async (line: string) => {
      lines.push(line);
      if (lines.length >= batch) await flush();
    },
    flush,
  };
};

/** A value as JSON on stdout. */
export const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2));

/** Bytes for people. */
export const bytesText = (bytes: number): string => {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${value.toFixed(value < 10 && step > 0 ? 1 : 0)} ${units[step]}`;
};

/** Seconds for people. */
export const timeText = (seconds: number): string => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(Math.round(seconds) % 60).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`;
};
