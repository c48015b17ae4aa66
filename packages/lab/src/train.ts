import { join } from 'node:path';
import { BadInput, isDone } from '@lab/records';
import { makeFolder } from '@lab/records';
import { sweep, type ExperimentRun, type SweepSummary } from '@lab/runner';
import type { EngineName } from '@lab/tensor';
import { showProgress } from './progress.ts';

export interface TrainOptions {
  readonly out: string;
  readonly engine: 'auto' | EngineName;
  readonly provider?: string;
  readonly workers: number;
  readonly threads: number;
  readonly dataDir?: string;
  readonly weights?: string;
  readonly download: boolean;
}

/** Exit codes: 0 all done, 1 some runs failed, 130 stopped. */
export interface Trained {
  readonly summary: SweepSummary;
  readonly stopped: boolean;
}

const nameOf = ({ labels, seed }: ExperimentRun): string =>
  [...Object.entries(labels).map(([axis, value]) => `${axis} ${value}`), `seed ${seed}`].join(', ');

/** Runs what is not done yet; Ctrl-C lets every worker write its checkpoint, and the same command goes on later. */
export const trainAll = async (runs: readonly ExperimentRun[], options: TrainOptions): Promise<Trained> => {
  const { out, engine, provider, workers, threads, dataDir, weights, download } = options;
  makeFolder(join(out, 'runs'));
  const names = new Map(runs.map((run) => [run.id, nameOf(run)]));
  const waiting = new Set(runs.filter(({ id }) => !isDone(out, id)).map(({ id }) => id)).size;
  console.error(
    waiting === 0
      ? `All ${names.size} runs are done already; nothing is computed again.`
      : `${names.size} runs, ${names.size - waiting} done already, ${waiting} to go on ${Math.min(workers, waiting)} workers.`,
  );

  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) return;
    console.error('\nStopping: every worker writes a checkpoint. The same command goes on from there.');
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const { stop: stopBars, ...events } = showProgress(names, waiting, (line) => console.error(line));
  try {
    const summary = await sweep(runs, {
      setup: {
        out,
        engine,
        threads,
        ...(provider === undefined ? {} : { provider }),
        places: {
          download,
          sources: { cacheDir: join(out, 'cache'), ...(dataDir === undefined ? {} : { dataDir }) },
          ...(weights === undefined ? {} : { weights }),
        },
      },
      workers,
      signal: stop.signal,
      events,
    });
    if (summary.mend !== null) throw new BadInput(summary.mend);
    return { summary, stopped: stop.signal.aborted };
  } finally {
    stopBars();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
};

/** Says how a sweep went and returns the exit code. */
export const conclude = ({ summary, stopped }: Trained): number => {
  const { counts, failures } = summary;
  const said = Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([outcome, n]) => `${n} ${outcome}`);
  console.error(said.join(', '));
  for (const { run, message } of failures) console.error(`run ${run.id} failed: ${message}`);
  return stopped ? 130 : failures.length > 0 ? 1 : 0;
};
