import { heartbeat, writeProgress, type Lease } from '@lab/records';
import { Cancelled, type Progress } from '../train/progress.ts';

/** Seconds between heartbeats, and between notes of how far a run is. */
const beat = 5;
const noteEvery = 1;

/**
 * Keeps a lease alive and its progress note fresh until stopped. Progress goes on to `onProgress`
 * at once.
 */
export const startPulse = (lease: Lease, onProgress: (progress: Progress) => void) => {
  let latest: Progress | null = null;
  const beats = setInterval(() => heartbeat(lease), beat * 1000);
  let noted: Progress | null = null;
  const notes = setInterval(() => {
    if (latest && latest !== noted) writeProgress(lease, latest);
    noted = latest;
  }, noteEvery * 1000);
  return {
    onProgress: (progress: Progress) => {
      latest = progress;
      onProgress(progress);
    },
    stop: () => {
      clearInterval(beats);
      clearInterval(notes);
    },
  };
};

/** A signal to stop that also comes after a time. */
export interface TimeLimit {
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Whether an error is the stop that the time limit, and not somebody else, asked for. */
  readonly hasPassed: (error: unknown) => boolean;
  readonly clear: () => void;
}

/** Joins a signal with a limit in seconds; Infinity for none. */
export const timeLimit = (signal: AbortSignal, seconds: number): TimeLimit => {
  const expired = new AbortController();
  const timer = Number.isFinite(seconds) ? setTimeout(() => expired.abort(), seconds * 1000) : null;
  return {
    seconds,
    signal: AbortSignal.any([signal, expired.signal]),
    hasPassed: (error) => error instanceof Cancelled && expired.signal.aborted && !signal.aborted,
    clear: () => {
      if (timer) clearTimeout(timer);
    },
  };
};
