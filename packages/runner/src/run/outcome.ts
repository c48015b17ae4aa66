import type { Surroundings } from '@lab/records';
import type { Preparer } from '../session/prepare.ts';
import type { Workshop } from '../session/workshop.ts';
import type { Progress } from '../train/progress.ts';

export interface RunArgs {
  readonly out: string;
  readonly preparer: Preparer;
  readonly workshop: Workshop;
  readonly surroundings: Surroundings;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
  /**
   * Seconds after which the run stops with a checkpoint and counts as one attempt; Infinity for
   * none.
   */
  readonly timeout?: number;
  /** Epoch after which the run pauses with a checkpoint; left out: it goes on to its end. */
  readonly untilEpoch?: number;
  /** Fencing number of a lease that the caller's own watch has found dead. */
  readonly dead?: number;
}

export type RunOutcome = 'done' | 'diverged' | 'already-done' | 'held-elsewhere' | 'timeout' | 'paused';

/** How a run ended, and what it did not have to do again. */
export interface Ended {
  readonly outcome: RunOutcome;
  /** Steps that a checkpoint had already. */
  readonly resumed: number;
  /** File of a finished run or checkpoint that was damaged, and was set aside. */
  readonly setAside: string | null;
}
