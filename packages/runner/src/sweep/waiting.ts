import { sourcesOf, stateOf, type RunState } from '@lab/records';
import type { PlannedRun } from '../plan/config.ts';

/** A run that cannot start, because another one is in a state in which it stays. */
export interface Lost {
  readonly run: PlannedRun;
  readonly state: RunState;
  readonly reason: string;
}

/** Runs that wait until what they start from is finished. */
export interface Waiting {
  readonly size: () => number;
  /**
   * Takes out the runs that can start now, and those that never will. `mayCome` says of a run that
   * is not finished whether somebody is to finish it.
   */
  readonly look: (mayCome: (id: string) => boolean) => {
    readonly ready: readonly PlannedRun[];
    readonly lost: readonly Lost[];
  };
}

/** Makes the list of waiting runs. `out` is the folder of their results. */
export const openWaiting = (out: string, runs: readonly PlannedRun[]): Waiting => {
  const waiting = new Map(runs.map((run) => [run.id, run]));
  const done = new Set<string>();
  const look = (id: string): RunState => {
    const state = done.has(id) ? 'done' : stateOf(out, id);
    if (state === 'done') done.add(id);
    return state;
  };
  const why = (id: string, state: RunState): string =>
    `it starts from run ${id}, which is ${state === 'planned' ? 'not trained' : state}`;
  return {
    size: () => waiting.size,
    look: (mayCome) => {
      const ready: PlannedRun[] = [];
      const lost: Lost[] = [];
      for (const run of waiting.values()) {
        const sources = sourcesOf(run.config).map(({ run: id }) => ({ id, state: look(id) }));
        const missing = sources.filter(({ state }) => state !== 'done');
        const gone = missing.find(({ id, state }) => state === 'diverged' || !mayCome(id));
        if (gone) lost.push({ run, state: gone.state, reason: why(gone.id, gone.state) });
        else if (missing.length === 0) ready.push(run);
      }
      for (const run of [...ready, ...lost.map((one) => one.run)]) waiting.delete(run.id);
      return { ready, lost };
    },
  };
};
