import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './outcome.ts';

/** Seconds after which a case counts as one that hangs. */
const usualLimit = 20;

const started = async (cwd: string): Promise<ChildProcess> => {
  const host = fork(fileURLToPath(new URL('host.ts', import.meta.url)), {
    cwd,
    detached: true,
    execArgv: ['--import', createRequire(import.meta.url).resolve('tsx/esm')],
  });
  const said = () => new Promise((resolve) => host.once('message', resolve));
  await said();
  // What commands import is loaded once; that is no part of a refusal.
  host.send({ turn: -1, args: ['plan', 'compare', '--scale', 'smoke'] });
  await said();
  return host;
};

/** Ends a process and all that it has started. */
const killGroup = ({ pid }: ChildProcess): void => {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
};

/**
 * A command line that stays loaded between calls. One that ends or hangs is started again. It works
 * in a folder of its own, where what is written by mistake does no harm, or in the one given.
 */
export const openCommandLine = ({
  cwd = mkdtempSync(join(tmpdir(), 'command-line-')),
  limit = usualLimit,
}: { readonly cwd?: string; readonly limit?: number } = {}) => {
  let host: ChildProcess | undefined;
  let turn = 0;
  const ask = async (what: object): Promise<Outcome> => {
    const process = (host ??= await started(cwd));
    const begin = performance.now();
    return new Promise<Outcome>((resolve) => {
      const end = (code: number | null, message: string, shown?: string): void => {
        clearTimeout(timer);
        process.removeAllListeners();
        resolve({ code, message, shown, seconds: (performance.now() - begin) / 1000 });
      };
      const timer = setTimeout(() => {
        host = undefined;
        killGroup(process);
        end(null, 'hangs');
      }, limit * 1000);
      process.once('exit', (code) => {
        host = undefined;
        end(code, 'the process ended');
      });
      process.once('message', ({ code, message, shown }: Outcome) => end(code, message, shown));
      process.send({ turn: turn++, ...what });
    });
  };
  return {
    lab: (...args: readonly string[]): Promise<Outcome> => ask({ args }),
    /** One of the cases that are tried without a command line, in the same process. */
    reader: (readers: 'ownData' | 'checkpoints', index: number, folder: string): Promise<Outcome> =>
      ask({ readers, index, folder }),
    close: () => host && killGroup(host),
  };
};

export type CommandLine = ReturnType<typeof openCommandLine>['lab'];
