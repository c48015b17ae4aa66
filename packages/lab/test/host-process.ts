import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './bad-input/outcome.ts';

/** What a host answers, and whether it ended or had to be ended instead. */
type Answer<More extends object> = Outcome & Partial<More> & { readonly ended: boolean };

const said = (host: ChildProcess): Promise<unknown> => new Promise((resolve) => host.once('message', resolve));

/** Ends a process and all that it has started. */
const killGroup = ({ pid }: ChildProcess): void => {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
};

/**
 * A TypeScript program in a process of its own, which says when it is ready and answers one message
 * after another. One that ends, or does not answer within `limit` seconds, is started again for the
 * next message. `first`: a message that is answered before the time of any other is taken.
 */
export const openHost = <More extends object>(
  program: URL,
  { limit, first, ...options }: ForkOptions & { readonly limit: number; readonly first?: object },
) => {
  let host: ChildProcess | undefined;
  const start = async (): Promise<ChildProcess> => {
    const execArgv = ['--import', createRequire(import.meta.url).resolve('tsx/esm')];
    const started = fork(fileURLToPath(program), { detached: true, execArgv, ...options });
    await said(started);
    if (first === undefined) return started;
    started.send(first);
    await said(started);
    return started;
  };
  return {
    ask: async (what: object): Promise<Answer<More>> => {
      const asked = (host ??= await start());
      const begin = performance.now();
      return new Promise((resolve) => {
        const end = (outcome: Omit<Outcome, 'seconds'> & Partial<More>, ended: boolean): void => {
          clearTimeout(timer);
          asked.removeAllListeners();
          if (ended) host = undefined;
          resolve({ ...outcome, ended, seconds: (performance.now() - begin) / 1000 });
        };
        const without = (code: number | null, message: string) => ({ code, message }) as Outcome & Partial<More>;
        const timer = setTimeout(() => {
          killGroup(asked);
          end(without(null, 'hangs'), true);
        }, limit * 1000);
        asked.once('exit', (code) => end(without(code, 'the process ended'), true));
        asked.once('message', (outcome: Outcome & Partial<More>) => end(outcome, false));
        asked.send(what);
      });
    },
    close: (): void => host && killGroup(host),
  };
};
