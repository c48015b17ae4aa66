import type { PlannedRun } from '../plan/config.ts';
import type { Progress } from '../train/progress.ts';

const none = {
  done: 0,
  diverged: 0,
  'already-done': 0,
  'held-elsewhere': 0,
  failed: 0,
  oom: 0,
  timeout: 0,
  paused: 0,
  cancelled: 0,
  'given-up': 0,
};

/**
 * What happened to one run of a sweep. `given-up`: it failed as often as is allowed before, and was
 * left alone.
 */
export type SweepOutcome = keyof typeof none;

/** What a sweep finds before it begins. */
export interface SweepPlan {
  readonly runs: number;
  readonly finished: number;
  readonly givenUp: number;
  /** Runs that this sweep will take, unless others take them first. */
  readonly waiting: number;
}

export interface SweepEvents {
  readonly onPlan: (plan: SweepPlan) => void;
  readonly onEngine: (engine: string, reason: string) => void;
  readonly onProgress: (worker: number, run: PlannedRun, progress: Progress) => void;
  readonly onEnd: (run: PlannedRun, outcome: SweepOutcome, message: string | null) => void;
}

/** What a sweep did not compute again. */
export interface Reused {
  /** Runs that were asked for more than once, by several experiments. */
  readonly shared: number;
  /** Runs that were finished before. */
  readonly finished: number;
  /** Runs that went on from a checkpoint, and the steps that it had. */
  readonly resumedRuns: number;
  readonly resumedSteps: number;
}

export interface SweepSummary {
  readonly counts: { readonly [outcome in SweepOutcome]: number };
  readonly failures: readonly { readonly run: PlannedRun; readonly message: string }[];
  readonly reused: Reused;
  /** Files that were damaged, and were set aside. */
  readonly setAside: readonly string[];
  /** The message of input that a person must mend, which ended the sweep. */
  readonly mend: string | null;
}

const bad: readonly SweepOutcome[] = ['failed', 'oom', 'timeout', 'given-up'];

/** Counts what happens to the runs of a sweep, and tells it on. */
export const openTally = (events: SweepEvents, shared: number) => {
  const counts: Record<SweepOutcome, number> = { ...none };
  const failures: { run: PlannedRun; message: string }[] = [];
  const setAside: string[] = [];
  let resumedRuns = 0;
  let resumedSteps = 0;
  let mend: string | null = null;
  const count = (run: PlannedRun, outcome: SweepOutcome, message: string | null = null) => {
    counts[outcome] += 1;
    if (bad.includes(outcome)) failures.push({ run, message: message ?? outcome });
  };
  return {
    /** For runs that were settled before the sweep began. */
    count,
    end: (run: PlannedRun, outcome: SweepOutcome, message: string | null = null) => {
      count(run, outcome, message);
      events.onEnd(run, outcome, message);
    },
    reuse: (steps: number, aside: string | null) => {
      if (steps > 0) resumedRuns += 1;
      resumedSteps += steps;
      if (aside !== null) setAside.push(aside);
    },
    mend: (message: string) => {
      mend ??= message;
    },
    mended: () => mend === null,
    summary: (): SweepSummary => ({
      counts,
      failures,
      setAside,
      mend,
      reused: { shared, finished: counts['already-done'], resumedRuns, resumedSteps },
    }),
  };
};
