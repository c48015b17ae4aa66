// What a page shows of runs that go on. No imports, so that the browser's code shares these types.

/** A run that somebody is at work on. */
export interface LiveRun {
  readonly id: string;
  readonly name: string;
  readonly phase: 'starting' | 'train' | 'evaluate';
  /** How much of it is done, 0 to 1. */
  readonly share: number;
  readonly step: number | null;
  readonly steps: number | null;
  readonly loss: number | null;
  /** Null until its pace is known. */
  readonly secondsLeft: number | null;
  /** Training loss (nats) by step, as often as it was looked at. */
  readonly losses: readonly (readonly [step: number, loss: number])[];
  /** Held-out NLL (nats) by step, after every epoch that was evaluated. */
  readonly heldOut: readonly (readonly [step: number, nll: number])[];
}

/** An arm that fills in. */
export interface LiveArm {
  readonly name: string;
  readonly done: number;
  readonly planned: number;
  /** Mean score over its finished runs and the 95 % interval, as printed; null before the first. */
  readonly score: string | null;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** How far an experiment's runs are. */
export interface LiveState {
  readonly title: string;
  readonly runs: number;
  readonly done: number;
  /** Ended without a result. */
  readonly failed: number;
  /** How much of all runs is done, 0 to 1. */
  readonly share: number;
  readonly secondsLeft: number | null;
  /** Whether nothing runs, and nothing is left to be run. */
  readonly isOver: boolean;
  readonly running: readonly LiveRun[];
  /** What the score of the arms is, with its unit. */
  readonly metric: string;
  readonly arms: readonly LiveArm[];
}
