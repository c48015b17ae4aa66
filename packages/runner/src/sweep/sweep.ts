import { BadInput, concernsOnly, holdingOf, isDone, readFailure, runFolder, sourcesOf, stateOf } from '@lab/records';
import type { PlannedRun } from '../plan/config.ts';
import { lane, type Assigned, type Crash } from './lane.ts';
import { armOf, openQueue } from './queue.ts';
import { isWhole, recordCrash } from './settle.ts';
import { openTally, type SweepEvents, type SweepSummary } from './tally.ts';
import { openWaiting } from './waiting.ts';
import type { FromWorker, WorkerSetup } from './worker.ts';

export interface SweepArgs {
  readonly setup: WorkerSetup;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly events: SweepEvents;
  /** How often a run may end by its own doing before it is left alone. */
  readonly attempts?: number;
  /**
   * Whether to wait for runs that others are at work on, and to take over those whose owners die.
   */
  readonly wait?: boolean;
  /** Most runs to take. */
  readonly limit?: number;
  /** Where in the list to begin, in [0, 1). */
  readonly share?: number;
  readonly graceSeconds?: number;
  /** Resident memory at which a worker is killed, in MB. */
  readonly memoryMB?: number;
}

/** How many worker processes in a row may end before they are ready. */
const unreadyAllowed = 5;

/** Milliseconds between looks at runs that others hold. */
const lookEvery = 500;

const pauseFor = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });

/**
 * Runs what is not done yet on worker processes, one run at a time each. A run that starts from
 * others is taken when they are finished; where one of them ends without trained weights, it fails
 * too. A worker that dies takes
 * only its run with it, which is tried again. On abort every worker writes a checkpoint and ends;
 * the same call goes on later. Finished runs are checked against their checksums and only counted;
 * damaged ones are set aside and computed again.
 */
export const sweep = async (runs: readonly PlannedRun[], args: SweepArgs): Promise<SweepSummary> => {
  const { setup, signal, events, attempts = 3, wait = true, limit = Infinity } = args;
  const { out } = setup;
  const unique = [...new Map(runs.map((run) => [run.id, run])).values()];
  const tally = openTally(events, runs.length - unique.length);
  /** Runs of this sweep that have not ended yet. */
  const pending = new Map(unique.map((run) => [run.id, run]));
  const end: typeof tally.end = (run, outcome, message) => {
    pending.delete(run.id);
    tally.end(run, outcome, message);
  };
  const held = new Map<string, PlannedRun>();
  let taken = 0;

  /** Whether there is still something to do about a run; counts it when not. */
  const isOpen = (run: PlannedRun, tell: typeof tally.end): boolean => {
    if (isDone(out, run.id)) {
      if (!isWhole(out, run)) return true;
      tell(run, 'already-done');
      return false;
    }
    const failure = readFailure(runFolder(out, run.id));
    if (!failure || failure.attempts < attempts) return true;
    const reason =
      `${failure.status} ${failure.attempts} times, the last ` + `time: ${failure.reason}; lab retry tries it again`;
    tell(run, 'given-up', reason);
    return false;
  };
  for (const run of unique) if (!isOpen(run, tally.count)) pending.delete(run.id);
  const open = [...pending.values()];
  const queue = openQueue(
    open.filter(({ config }) => sourcesOf(config).length === 0),
    args.share,
  );
  const waiting = openWaiting(
    out,
    open.filter(({ config }) => sourcesOf(config).length > 0),
  );
  const counts = tally.summary().counts;
  events.onPlan({
    runs: unique.length,
    finished: counts['already-done'],
    givenUp: counts['given-up'],
    waiting: Math.min(queue.size() + waiting.size(), limit),
  });

  /** A held run that has come free, if any. */
  const freed = (): Assigned | null => {
    for (const [id, run] of held) {
      const { held: still, fence } = holdingOf(runFolder(out, id));
      if (still) continue;
      held.delete(id);
      if (isOpen(run, end)) return { run, dead: fence };
    }
    return null;
  };

  /** Whether somebody is to finish a run: this sweep, or another that it waits for. */
  const mayCome = (id: string): boolean =>
    (pending.has(id) && !held.has(id)) || (wait && (held.has(id) || stateOf(out, id) === 'running'));

  /** Puts into the queue what can start now, and ends what never will. */
  const release = (): void => {
    const { ready, lost } = waiting.look(mayCome);
    for (const run of ready) queue.add(run);
    for (const { run, state, reason } of lost) end(run, state === 'running' ? 'held-elsewhere' : 'failed', reason);
  };

  const next = async (arm: string | null): Promise<Assigned | null> => {
    while (!signal.aborted && tally.mended() && taken < limit) {
      release();
      const run = queue.take(arm);
      const found = run ? { run, dead: 0 } : freed();
      if (found) {
        taken += 1;
        return found;
      }
      if ((!wait || held.size === 0) && waiting.size() === 0) return null;
      await pauseFor(lookEvery, signal);
    }
    return null;
  };

  const onMessage = (worker: number, message: FromWorker, run: PlannedRun | null): void => {
    if (message.type === 'ready') return events.onEngine(message.engine, message.reason);
    if (message.type === 'progress') return run ? events.onProgress(worker, run, message.progress) : undefined;
    if (message.type === 'failed') {
      if (message.mend || !run) tally.mend(message.message);
      if (run) end(run, 'failed', message.message);
      return undefined;
    }
    if (!run) return undefined;
    if (message.type === 'cancelled') return end(run, 'cancelled');
    const { outcome, resumed, setAside } = message.ended;
    tally.reuse(resumed, setAside);
    // Only work of one's own counts against the limit.
    if (outcome === 'held-elsewhere' || outcome === 'already-done') taken -= 1;
    if (outcome !== 'held-elsewhere') return end(run, outcome);
    held.set(run.id, run);
    return undefined;
  };

  const onCrash = (run: PlannedRun, crash: Crash): void => {
    try {
      const so = recordCrash(out, run, crash);
      if (so === null) held.set(run.id, run);
      else if (signal.aborted || crash.status === 'cancelled') end(run, 'cancelled', crash.reason);
      else if (crash.status === 'failed' && so < attempts) {
        taken -= 1;
        queue.putBack(run);
      } else end(run, crash.status, crash.reason);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      end(run, 'failed', crash.reason);
      // A run folder that refuses a note leaves the other runs alone.
      if (!concernsOnly(runFolder(out, run.id), error)) tally.mend(error.message);
    }
  };

  const serve = async (worker: number): Promise<void> => {
    let arm: string | null = null;
    let unready = 0;
    while (!signal.aborted && tally.mended() && unready < unreadyAllowed && taken < limit) {
      const ended = await lane({
        setup,
        signal,
        graceSeconds: args.graceSeconds ?? 20,
        memoryMB: args.memoryMB ?? Infinity,
        next: async () => {
          const assigned = await next(arm);
          arm = assigned ? armOf(assigned.run) : null;
          return assigned;
        },
        onMessage: (message, run) => onMessage(worker, message, run),
        onCrash,
        putBack: ({ run }) => {
          taken -= 1;
          queue.putBack(run);
        },
      });
      if (ended.how === 'told') return;
      unready = ended.how === 'unready' ? unready + 1 : 0;
      if (ended.how === 'unready' && (!ended.killed || unready === unreadyAllowed) && !signal.aborted)
        tally.mend(`a worker could not start: ${ended.words || 'it was killed before it was ready'}`);
    }
  };

  const lanes = Math.min(args.workers, queue.size() + waiting.size(), limit);
  await Promise.all(Array.from({ length: lanes }, (_, worker) => serve(worker)));
  for (const run of held.values()) end(run, 'held-elsewhere');
  return tally.summary();
};
