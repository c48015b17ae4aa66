import {
  concernsOnly,
  damageOf,
  failRun,
  openRun,
  readFailure,
  releaseLease,
  runFolder,
  takeLease,
} from '@lab/records';
import type { PlannedRun } from '../plan/config.ts';
import type { Crash } from './lane.ts';

/**
 * Whether a finished run is whole and its own. One that cannot be looked at now is not: a worker
 * looks again.
 */
export const isWhole = (out: string, { id, config }: PlannedRun): boolean => {
  const folder = runFolder(out, id);
  try {
    return damageOf(folder, config) === null;
  } catch (error) {
    if (concernsOnly(folder, error)) return false;
    throw error;
  }
};

/**
 * Notes why a run ended without a result, if nobody else has taken it. Returns the attempts so far,
 * or null where it is another's.
 */
export const recordCrash = (out: string, { id }: PlannedRun, crash: Crash): number | null => {
  const lease = takeLease(openRun(out, id));
  if (!lease) return null;
  failRun(lease, crash);
  releaseLease(lease);
  return readFailure(lease.folder)?.attempts ?? 0;
};
