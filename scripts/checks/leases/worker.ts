import type { Lease, Leases } from '@lab/records';
import type { SimulatedDisk, SimulatedProcess } from './simulation.ts';

/** What a worker does next: an operation of the protocol, a write into the run, or a pause. */
export type WorkerStep =
  | { readonly kind: 'lease'; readonly operation: (leases: Leases) => unknown }
  | { readonly kind: 'write'; readonly seals: boolean }
  | { readonly kind: 'wait' };

/** Writes before a run is finished. */
const WRITES = 2;
const FOLDER = 'run';

/**
 * A worker as the runner's is: takes the lease, asks before every write whether it is still its
 * own, writes results, asks once more, and seals the run. The answers to its steps come in by
 * `next`.
 */
export function* workOn(disk: SimulatedDisk, self: SimulatedProcess): Generator<WorkerStep, void, unknown> {
  const isOurs = function* (lease: Lease): Generator<WorkerStep, boolean, unknown> {
    // A timer beats between two pieces of work.
    if (self.beatDue) {
      yield { kind: 'lease', operation: ({ heartbeat }) => heartbeat(lease) };
      self.beatDue = false;
    }
    return (yield { kind: 'lease', operation: ({ isOurs: ask }) => ask(lease) }) === true;
  };
  const write = function* (): Generator<WorkerStep, void, unknown> {
    yield { kind: 'write', seals: false };
  };

  for (;;) {
    if (disk.done) return;
    const lease = (yield { kind: 'lease', operation: ({ takeLease }) => takeLease(FOLDER) }) as Lease | null;
    if (lease === null) {
      yield { kind: 'wait' };
      continue;
    }
    let kept = yield* isOurs(lease);
    if (!disk.done) {
      for (let n = 0; kept && n < WRITES; n++) {
        yield* write();
        kept = yield* isOurs(lease);
      }
      if (kept) {
        yield* write();
        kept = yield* isOurs(lease);
      }
      if (kept) yield { kind: 'write', seals: true };
    }
    if (kept) yield { kind: 'lease', operation: ({ releaseLease }) => releaseLease(lease) };
    self.epoch = 0;
    self.beatDue = false;
  }
}

/** Performs a write, and notes what must never happen. */
export const performWrite = (disk: SimulatedDisk, self: SimulatedProcess, seals: boolean): void => {
  if (disk.done) disk.violations.push('a finished run was changed');
  if (self.epoch < disk.latestWriter) disk.violations.push('two owners wrote');
  disk.latestWriter = Math.max(disk.latestWriter, self.epoch);
  if (seals) disk.done = true;
};
