import { availableParallelism, loadavg } from 'node:os';
import type { Cost } from '@lab/records';
import { openEnergy } from './energy.ts';
import { openPeak } from './memory.ts';
import type { Trained } from '../train/train.ts';

/** What is read at the start of a run and again at its end. */
export interface Meter {
  readonly joules: () => number | null;
  readonly peakMB: () => number;
  /** Mean load by core from the start until now. */
  readonly loadPerCore: () => number;
}

const loadNow = (): number => (loadavg()[0] ?? 0) / availableParallelism();

export const openMeter = (): Meter => {
  const atStart = loadNow();
  return { joules: openEnergy(), peakMB: openPeak(), loadPerCore: () => (atStart + loadNow()) / 2 };
};

/**
 * What a run cost: `examples` that were trained on, seconds of the final evaluation, and what the
 * meter says of this process's part.
 */
export const costOf = (
  trained: Pick<Trained, 'seconds' | 'steps'> | null,
  examples: number,
  evalSeconds: number,
  meter: Meter,
): Cost => {
  const trainSeconds = trained?.seconds ?? 0;
  return {
    seconds: trainSeconds + evalSeconds,
    trainSeconds,
    evalSeconds,
    steps: trained?.steps ?? 0,
    examplesPerSecond: trainSeconds > 0 ? examples / trainSeconds : 0,
    peakMemoryMB: meter.peakMB(),
    energyJoules: meter.joules(),
    loadPerCore: meter.loadPerCore(),
  };
};
