import type { Allocation } from '@lab/records';

/** The loss was not finite: a result in itself. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
}

/** The run was asked to stop; its checkpoint is written. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** The run reached the epoch that it was to be trained to for now; its checkpoint is written. */
export class Paused extends Error {
  override readonly name = 'Paused';
}

/** How far a run has come. */
export interface Progress {
  readonly phase: 'train' | 'evaluate';
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  /** What a search has just chosen. */
  readonly chosen?: Allocation;
}

/** Lets timers, messages and signals have their turn: native steps block them. */
export const eventLoopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
