import {
  BadInput,
  damageOf,
  failRun,
  isDone,
  LeaseLost,
  mendRun,
  messageOf,
  note,
  openRun,
  releaseLease,
  runFolder,
  takeLease,
  type Lease,
} from '@lab/records';
import type { PlannedRun } from '../plan/config.ts';
import { Cancelled, Paused } from '../train/progress.ts';
import { execute } from './execute.ts';
import { isOutOfMemory } from './memory.ts';
import type { Ended, RunArgs, RunOutcome } from './outcome.ts';
import { startPulse, timeLimit, type TimeLimit } from './pulse.ts';

const without = (outcome: RunOutcome, setAside: string | null = null): Ended => ({ outcome, resumed: 0, setAside });

/**
 * One run, from config to record. Takes the run's lease, goes on from its checkpoint if there is
 * one, and leaves its record, or a note why there is none. A finished run is not touched; one that
 * a living process works on is left to it. Throws `Cancelled` when stopped, `LeaseLost` when
 * another process took over, `BadInput` for what a person must mend.
 */
export const runOne = async (planned: PlannedRun, args: RunArgs): Promise<Ended> => {
  const { out, dead, timeout = Infinity } = args;
  if (isDone(out, planned.id) && damageOf(runFolder(out, planned.id), planned.config) === null)
    return without('already-done');
  const lease = takeLease(openRun(out, planned.id), dead);
  if (!lease) return without('held-elsewhere');
  const pulse = startPulse(lease, args.onProgress);
  const limit = timeLimit(args.signal, timeout);
  let damaged: string | null = null;
  try {
    const mended = mendRun(lease, planned.config);
    damaged = mended.damaged;
    if (mended.done) return without('already-done');
    note(lease, 'started');
    const { signal } = limit;
    const ended = await execute(planned, { ...args, lease, signal, onProgress: pulse.onProgress });
    return { ...ended, setAside: ended.setAside ?? damaged };
  } catch (error) {
    if (error instanceof Paused) return without('paused', damaged);
    noteEnd(lease, error, limit);
    if (!limit.hasPassed(error)) throw error;
    return without('timeout', damaged);
  } finally {
    limit.clear();
    pulse.stop();
    releaseLease(lease);
  }
};

/**
 * Notes beside the run why it ended without a result. What another process or a person must deal
 * with is no end of the run.
 */
const noteEnd = (lease: Lease, error: unknown, limit: TimeLimit): void => {
  if (error instanceof LeaseLost || error instanceof BadInput) return;
  const reason = messageOf(error);
  if (limit.hasPassed(error))
    failRun(lease, { status: 'timeout', reason: `longer than ${limit.seconds} s: ${reason}` });
  else if (error instanceof Cancelled) failRun(lease, { status: 'cancelled', reason });
  else failRun(lease, { status: isOutOfMemory(reason) ? 'oom' : 'failed', reason });
};
