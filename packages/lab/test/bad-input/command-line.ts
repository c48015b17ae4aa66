import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHost } from '../host-process.ts';
import type { Outcome } from './outcome.ts';

/** Seconds after which a case counts as one that hangs. */
const usualLimit = 20;

/**
 * A command line that stays loaded between calls. One that ends or hangs is started again. It works
 * in a folder of its own, where what is written by mistake does no harm, or in the one given.
 */
export const openCommandLine = ({
  cwd = mkdtempSync(join(tmpdir(), 'command-line-')),
  limit = usualLimit,
}: { readonly cwd?: string; readonly limit?: number } = {}) => {
  // What commands import is loaded once; that is no part of a refusal.
  const first = { turn: -1, args: ['plan', 'compare', '--scale', 'smoke'] };
  const host = openHost(new URL('host.ts', import.meta.url), { cwd, limit, first });
  let turn = 0;
  const ask = (what: object): Promise<Outcome> => host.ask({ turn: turn++, ...what });
  return {
    lab: (...args: readonly string[]): Promise<Outcome> => ask({ args }),
    /** One of the cases that are tried without a command line, in the same process. */
    reader: (readers: 'ownData' | 'checkpoints', index: number, folder: string): Promise<Outcome> =>
      ask({ readers, index, folder }),
    close: host.close,
  };
};

export type CommandLine = ReturnType<typeof openCommandLine>['lab'];
