import { join } from 'node:path';
import { BadInput, makeFolder } from '@lab/records';
import { sweep, type ExperimentRun, type SweepSummary } from '@lab/runner';
import type { EngineName } from '@lab/engine';
import { showProgress } from '../../terminal/progress.ts';
import { labelText } from '../plan/experiments.ts';
import { given } from '../plan/given.ts';

export interface TrainOptions {
  readonly out: string;
  readonly engine: 'auto' | EngineName;
  readonly provider?: string;
  readonly workers: number;
  readonly threads: number;
  readonly dataDir?: string;
  readonly weights?: string;
  readonly download: boolean;
  /** How often a run may fail before it is left alone. */
  readonly attempts?: number;
  /** Seconds a run may take. */
  readonly timeout?: number;
  /** Epoch after which every run pauses with a checkpoint. */
  readonly untilEpoch?: number;
  /** MB of memory a worker may take. */
  readonly memory?: number;
  /** Seconds between asking a worker to stop and killing it. */
  readonly grace?: number;
  /** Whether to wait for runs that others are at work on. */
  readonly wait?: boolean;
  /** Most runs to take. */
  readonly limit?: number;
  /** Where in the list to begin, in [0, 1). */
  readonly share?: number;
}

/** How a training of many runs ended. */
export interface TrainedRuns {
  readonly summary: SweepSummary;
  readonly stopped: boolean;
}

/**
 * Runs what is not done yet; Ctrl-C lets every worker write its checkpoint, and the same command
 * goes on later.
 */
export const trainAll = async (runs: readonly ExperimentRun[], options: TrainOptions): Promise<TrainedRuns> => {
  const { out, engine, workers, threads, download, provider, timeout, untilEpoch, dataDir, weights } = options;
  const { limit, attempts, wait, share, grace: graceSeconds, memory: memoryMB } = options;
  makeFolder(join(out, 'runs'));
  const names = new Map(runs.map((run) => [run.id, labelText(run)]));

  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) return;
    console.error('\nStopping: every worker writes a checkpoint. The same command goes on from there.');
    stop.abort();
  };
  // SIGUSR1 is what Slurm is asked to send before a job's time is up.
  const signals = ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const { stop: stopBars, ...events } = showProgress(names, (line) => console.error(line));
  try {
    const summary = await sweep(runs, {
      setup: {
        out,
        engine,
        threads,
        ...given({ provider, timeout, untilEpoch }),
        places: {
          download,
          sources: { cacheDir: join(out, 'cache'), ...given({ dataDir }) },
          ...given({ weights }),
        },
      },
      workers,
      signal: stop.signal,
      events,
      ...given({ limit, attempts, wait, share, graceSeconds, memoryMB }),
    });
    if (summary.mend !== null) throw new BadInput(summary.mend);
    return { summary, stopped: stop.signal.aborted };
  } finally {
    stopBars();
    for (const signal of signals) process.off(signal, onSignal);
  }
};

/** What a sweep did not have to do again, in words; empty when that is nothing. */
const reusedText = ({ reused, setAside }: SweepSummary): readonly string[] => {
  const { shared, finished, resumedRuns, resumedSteps } = reused;
  return [
    finished > 0 ? `Reused: ${finished} finished runs, their checksums compared.` : '',
    shared > 0 ? `Reused: ${shared} runs that several experiments ask for, each computed once.` : '',
    resumedRuns > 0 ? `Reused: ${resumedSteps} steps from the checkpoints of ${resumedRuns} runs.` : '',
    ...setAside.map((file) => `Set aside, because it differs from what was written, and computed again: ${file}`),
  ].filter((line) => line !== '');
};

/** Says how a sweep went and returns the exit code: 0 all done, 1 some runs failed, 130 stopped. */
export const conclude = ({ summary, stopped }: TrainedRuns): number => {
  const { counts, failures } = summary;
  const said = Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([outcome, n]) => `${n} ${outcome}`);
  console.error(said.join(', '));
  for (const line of reusedText(summary)) console.error(line);
  for (const { run, message } of failures) console.error(`run ${run.id}: ${message}`);
  return stopped ? 130 : failures.length > 0 ? 1 : 0;
};

/** How a sweep went, as data. */
export const sweepData = ({ summary, stopped }: TrainedRuns) => {
  const { counts, reused, setAside, failures } = summary;
  const failed = failures.map(({ run: { id }, message }) => ({ id, message }));
  return { stopped, counts, reused, setAside, failed };
};
