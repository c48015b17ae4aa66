import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { failRun, isDone, openRun, releaseLease, takeLease } from '@lab/records';
import { workerEnvironment } from '@lab/tensor';
import type { PlannedRun } from './config.ts';
import type { Progress } from './train.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker.ts';

/** What happened to one run of a sweep. */
export type SweepOutcome = 'done' | 'diverged' | 'already-done' | 'held-elsewhere' | 'failed' | 'cancelled';

export interface SweepEvents {
  readonly onEngine: (engine: string, reason: string) => void;
  readonly onProgress: (worker: number, run: PlannedRun, progress: Progress) => void;
  readonly onEnd: (worker: number, run: PlannedRun, outcome: SweepOutcome, message: string | null) => void;
}

export interface SweepArgs {
  readonly setup: WorkerSetup;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly events: SweepEvents;
}

export interface SweepSummary {
  readonly counts: { readonly [outcome in SweepOutcome]: number };
  readonly failures: readonly { readonly run: PlannedRun; readonly message: string }[];
  /** The message of input that a person must mend, which ended the sweep. */
  readonly mend: string | null;
}

/** How often a run may end with a crashed worker before it counts as failed. */
const attemptsAllowed = 2;

const startWorker = (): ChildProcess =>
  fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
    execArgv: ['--import', import.meta.resolve('tsx')],
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

/**
 * Runs what is not done yet on worker processes, one run at a time each. A worker that dies takes only its run with it, which is tried
 * again. On abort every worker writes a checkpoint and ends; the same call goes on later. Runs that are done are only counted.
 */
export const sweep = async (runs: readonly PlannedRun[], args: SweepArgs): Promise<SweepSummary> => {
  const { setup, signal, events } = args;
  const counts: Record<SweepOutcome, number> = {
    done: 0,
    diverged: 0,
    'already-done': 0,
    'held-elsewhere': 0,
    failed: 0,
    cancelled: 0,
  };
  const failures: { run: PlannedRun; message: string }[] = [];
  let mend: string | null = null;
  const crashes = new Map<string, number>();

  const unique = [...new Map(runs.map((run) => [run.id, run])).values()];
  const queue = unique.filter((run) => !isDone(setup.out, run.id));
  counts['already-done'] = unique.length - queue.length;

  const end = (worker: number, run: PlannedRun, outcome: SweepOutcome, message: string | null) => {
    counts[outcome] += 1;
    if (outcome === 'failed') failures.push({ run, message: message ?? 'unknown' });
    events.onEnd(worker, run, outcome, message);
  };

  const lane = (worker: number): Promise<void> =>
    new Promise((resolve) => {
      const child = startWorker();
      const lastWords = tailOf(child);
      let current: PlannedRun | null = null;
      const post = (message: ToWorker) => child.connected && child.send(message);
      const next = () => {
        current = signal.aborted || mend !== null ? null : (queue.shift() ?? null);
        post(current ? { type: 'run', run: { id: current.id, config: current.config } } : { type: 'stop' });
      };
      const abort = () => child.kill('SIGTERM');
      signal.addEventListener('abort', abort, { once: true });

      child.on('message', (message: FromWorker) => {
        if (message.type === 'ready') {
          events.onEngine(message.engine, message.reason);
          return next();
        }
        if (message.type === 'progress') {
          if (current) events.onProgress(worker, current, message.progress);
          return;
        }
        const run = current;
        current = null;
        if (message.type === 'ended') {
          if (run) end(worker, run, message.outcome, null);
          return next();
        }
        if (message.mend) mend = message.message;
        if (run) {
          if (!message.mend) recordFailure(setup.out, run, message.message);
          end(worker, run, 'failed', message.message);
        } else mend ??= message.message;
        next();
      });

      child.on('exit', (code, killedBy) => {
        signal.removeEventListener('abort', abort);
        if (!current) {
          if (code !== 0 && killedBy === null && !signal.aborted) mend ??= `a worker could not start: ${lastWords()}`;
          return resolve();
        }
        if (signal.aborted) {
          end(worker, current, 'cancelled', null);
          return resolve();
        }
        const how = `the worker process ended (${killedBy ?? `exit code ${code}`}) ${lastWords()}`.trim();
        const times = (crashes.get(current.id) ?? 0) + 1;
        crashes.set(current.id, times);
        if (times < attemptsAllowed) queue.unshift(current);
        else {
          recordFailure(setup.out, current, how);
          end(worker, current, 'failed', how);
        }
        current = null;
        // A fresh process takes over what is left.
        void lane(worker).then(resolve);
      });

      post({ type: 'setup', setup });
    });

  const lanes = Math.min(args.workers, queue.length);
  await Promise.all(Array.from({ length: lanes }, (_, worker) => lane(worker)));
  return { counts, failures, mend };
};

const recordFailure = (out: string, run: PlannedRun, reason: string): void => {
  const lease = takeLease(openRun(out, run.id));
  if (!lease) return;
  failRun(lease, { status: 'failed', reason });
  releaseLease(lease);
};
