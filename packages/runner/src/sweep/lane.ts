import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerEnvironment } from '@lab/engine';
import type { PlannedRun } from '../plan/config.ts';
import { isOutOfMemory, kernelKills, residentMB } from '../run/memory.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker.ts';

/**
 * A run for a worker; `dead` is the fencing number of a lease that this process has seen die, or 0.
 */
export interface Assigned {
  readonly run: PlannedRun;
  readonly dead: number;
}

/** What a worker process is asked to do, and who hears of it. */
export interface LaneArgs {
  readonly setup: WorkerSetup;
  readonly signal: AbortSignal;
  /** Seconds between asking a worker to stop and killing it. */
  readonly graceSeconds: number;
  /** Resident memory at which a worker is killed, in MB; Infinity for none. */
  readonly memoryMB: number;
  /** The next run, when there is one; null ends the worker. */
  readonly next: () => Promise<Assigned | null>;
  readonly onMessage: (message: FromWorker, run: PlannedRun | null) => void;
  /** The process ended before it could be given a run that was meant for it. */
  readonly putBack: (assigned: Assigned) => void;
  /** The process ended while it had a run. */
  readonly onCrash: (run: PlannedRun, how: Crash) => void;
}

export interface Crash {
  readonly status: 'failed' | 'oom' | 'timeout' | 'cancelled';
  readonly reason: string;
}

/**
 * How a worker process ended: told to, unasked, or before it was ready (with its last words, and
 * whether a signal ended it).
 */
export type LaneEnd =
  { readonly how: 'told' | 'crashed' } | { readonly how: 'unready'; readonly words: string; readonly killed: boolean };

const start = (): ChildProcess =>
  fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
    execArgv: ['--import', import.meta.resolve('tsx/esm')],
    env: { ...process.env, ...workerEnvironment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });

/** The last lines a worker wrote before it died. */
const tailOf = (child: ChildProcess): (() => string) => {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-2000);
  });
  return () => tail.trim();
};

/** Milliseconds between looks at a worker's memory. */
const memoryEvery = 500;

/** One worker process from start to end: gives it one run after another. */
export const lane = (args: LaneArgs): Promise<LaneEnd> =>
  new Promise((resolve) => {
    const { setup, signal, graceSeconds, memoryMB } = args;
    const killsBefore = kernelKills();
    const child = start();
    const lastWords = tailOf(child);
    let current: PlannedRun | null = null;
    let ready = false;
    let told = false;
    let closed = false;
    let killedFor: Crash | null = null;
    let overdue: NodeJS.Timeout | undefined;
    let reaper: NodeJS.Timeout | undefined;

    const post = (message: ToWorker) => child.connected && child.send(message, () => undefined);
    const kill = (why: Crash) => {
      killedFor ??= why;
      child.kill('SIGKILL');
    };
    const watch = setInterval(() => {
      const used = child.pid === undefined ? null : residentMB(child.pid);
      if (used === null || used <= memoryMB) return;
      kill({ status: 'oom', reason: `used ${Math.round(used)} MB of memory; --memory allows ${memoryMB} MB` });
    }, memoryEvery);
    const abort = () => {
      post({ type: 'halt' });
      // On Windows a signal ends a process at once, without a checkpoint.
      if (process.platform !== 'win32') child.kill('SIGTERM');
      reaper = setTimeout(
        () => kill({ status: 'cancelled', reason: `did not stop within ${graceSeconds} s and was killed` }),
        graceSeconds * 1000,
      );
    };
    const next = async () => {
      clearTimeout(overdue);
      const assigned = signal.aborted ? null : await args.next();
      if (assigned && closed) return args.putBack(assigned);
      if (!assigned) {
        told = true;
        return post({ type: 'stop' });
      }
      const { run, dead } = assigned;
      current = run;
      post({ type: 'run', run: { id: run.id, config: run.config }, dead });
      if (setup.timeout === undefined) return undefined;
      // The worker stops itself; this is for one that hangs.
      const reason = `longer than ${setup.timeout} s, and did not stop by itself`;
      overdue = setTimeout(() => kill({ status: 'timeout', reason }), (setup.timeout + graceSeconds) * 1000);
      return undefined;
    };
    signal.addEventListener('abort', abort, { once: true });

    child.on('message', (message: FromWorker) => {
      const run = current;
      if (message.type === 'ready') ready = true;
      else if (message.type !== 'progress') current = null;
      args.onMessage(message, run);
      if (message.type !== 'progress') void next();
    });
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', abort);
      clearInterval(watch);
      clearTimeout(overdue);
      clearTimeout(reaper);
      closed = true;
      const words = lastWords();
      if (!ready && !told) return resolve({ how: 'unready', words, killed: killedBy !== null });
      if (current === null) return resolve({ how: told ? 'told' : 'crashed' });
      const byKernel = killedBy === 'SIGKILL' && kernelKills() !== killsBefore;
      const reason = `the worker process ended (${killedBy ?? `exit code ${code}`}) ${words}`.trim();
      args.onCrash(current, killedFor ?? { status: byKernel || isOutOfMemory(words) ? 'oom' : 'failed', reason });
      resolve({ how: 'crashed' });
    });
    if (signal.aborted) abort();
    post({ type: 'setup', setup });
  });
