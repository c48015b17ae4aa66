import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { workerEnvironment } from '@lab/engine';
import { openPreparer, planRun } from '@lab/runner';

const execute = promisify(execFile);

/** What both sides are told of one epoch. */
export interface EpochJob {
  readonly config: object;
  readonly weights: string;
  readonly threads: number;
  readonly places: { readonly dataDir?: string };
}

/** Seconds of one epoch from the start of the process, and what it reached. */
export interface EpochFigures {
  readonly start: number;
  readonly train: number;
  readonly evaluate: number;
  readonly score: number;
  readonly peakMB: number;
}

/** One row of the table of epochs. */
export type EpochRow = EpochFigures & {
  readonly data: string;
  readonly samples: number;
  readonly who: string;
  /** From the start of the process to its end. */
  readonly total: number;
};

/** Data sets of real rows, with the longest text that is kept. */
const SETS = {
  imdb: { tokens: 48, dataset: { name: 'imdb' } },
  cola: { tokens: 64, dataset: { name: 'cola' } },
  sst2: { tokens: 64, dataset: { name: 'sst2' } },
  rte: { tokens: 128, dataset: { name: 'rte' } },
} as const;
export type EpochData = keyof typeof SETS;
export const EPOCH_DATA = Object.keys(SETS) as readonly EpochData[];

const [BATCH, TEST, R, ALPHA, P] = [16, 64, 8, 16, 0.3];
const SAMPLES = [1, 4] as const;

/** A peer as a user would run it. */
const PEERS = (['float32', 'bfloat16'] as const).flatMap((precision) =>
  [false, true].map((grouped) => ({ precision, grouped })),
);
/** What this repository is called in the table. */
export const OURS = 'this repository';
const BASES = ['float32', 'int8'] as const;

/** GLUE's `subset` counts rows of a class, of which there are two. */
const configOf = (data: EpochData, samples: number, rows: number, base: string) => {
  const { tokens, dataset } = SETS[data];
  const cut = data === 'imdb' ? { train: rows, validation: BATCH } : { subset: rows / 2, validation: BATCH };
  return {
    seed: 0,
    dataset: { ...dataset, ...cut, maxTest: TEST },
    model: { name: 'minilm' },
    adapter: { name: 'lora', r: R, alpha: ALPHA },
    dropout: { name: 'lora-dropout', p: P, samples, evaluate: 'mean-field' },
    train: { epochs: 1, batchSize: BATCH, maxTokens: tokens },
    members: 0,
    base,
  };
};

/** Runs a program to its end; the figures are the last line that it prints. */
const timed = async (command: string, args: readonly string[]): Promise<EpochFigures & { readonly total: number }> => {
  const before = performance.now();
  const env = { ...process.env, ...workerEnvironment, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' };
  const { stdout } = await execute(command, args, { env, maxBuffer: 2 ** 26 });
  const total = (performance.now() - before) / 1000;
  return { ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as EpochFigures), total };
};

/** The rows of a config in a file, as the peers read them. */
const rowsFile = async (config: object, { places, weights }: Pick<EpochJob, 'places' | 'weights'>): Promise<string> => {
  const cacheDir = join(tmpdir(), 'lab-bench');
  const { dataset } = await openPreparer({ sources: { cacheDir, ...places }, weights }).prepare(
    planRun(config, 'bench').config,
  );
  const file = join(mkdtempSync(join(tmpdir(), 'lab-rows-')), 'rows.json');
  writeFileSync(file, JSON.stringify({ train: dataset.splits.train, test: dataset.splits.test }));
  return file;
};

/**
 * One epoch of MiniLM with LoRA Dropout on real rows by this repository and by transformers with
 * peft: every way of padding and precision, one after the other, each in a process of its own.
 */
export const epochRows = async (
  {
    sets,
    rows,
    threads,
    weights,
    places,
  }: Omit<EpochJob, 'config'> & {
    readonly sets: readonly EpochData[];
    readonly rows: number;
  },
  python: string | null,
  done: (row: EpochRow) => void,
): Promise<readonly EpochRow[]> => {
  const found: EpochRow[] = [];
  const add = (row: EpochRow): void => {
    found.push(row);
    done(row);
  };
  const own = fileURLToPath(new URL('./epoch.ts', import.meta.url));
  const peer = fileURLToPath(new URL('../peer/epoch.py', import.meta.url));
  for (const data of sets) {
    for (const samples of SAMPLES) {
      for (const base of BASES) {
        const job: EpochJob = { config: configOf(data, samples, rows, base), weights, threads, places };
        const args = ['--import', import.meta.resolve('tsx'), own, JSON.stringify(job)];
        add({
          data,
          samples,
          who: base === 'float32' ? OURS : `${OURS}, ${base}`,
          ...(await timed(process.execPath, args)),
        });
      }
      const file = python ? await rowsFile(configOf(data, samples, rows, 'float32'), { places, weights }) : '';
      for (const { precision, grouped } of python ? PEERS : []) {
        const { tokens } = SETS[data];
        const job = {
          rows: file,
          weights,
          threads,
          batch: BATCH,
          samples,
          tokens,
          precision,
          grouped,
          r: R,
          alpha: ALPHA,
          p: P,
        };
        const figures = await timed(python ?? '', ['-W', 'ignore', peer, JSON.stringify(job)]);
        add({ data, samples, who: `peft ${precision}, ${grouped ? 'grouped by length' : 'longest row'}`, ...figures });
      }
    }
  }
  return found;
};
