import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { doneIn, finishedTimes, isDone } from './study.ts';

/**
 * Remembers every finished run of a folder, to tell later whether one was lost or computed again.
 */
export const openLedger = (out: string) => {
  const seen = new Map<string, string>();
  const mark = (id: string): string => {
    const path = join(out, 'runs', id, 'DONE');
    const { ino, mtimeMs } = statSync(path);
    return `${ino} ${mtimeMs} ${readFileSync(path, 'utf8')}`;
  };
  return {
    look: (): void => {
      for (const id of doneIn(out)) if (!seen.has(id)) seen.set(id, mark(id));
    },
    /** Finished runs that are gone, or whose marker is another than it was. */
    lost: (): readonly string[] =>
      [...seen].filter(([id, was]) => !isDone(out, id) || mark(id) !== was).map(([id]) => id),
    /** Runs that were finished more than once. */
    twice: (): readonly string[] => doneIn(out).filter((id) => finishedTimes(out, id) > 1),
  };
};
