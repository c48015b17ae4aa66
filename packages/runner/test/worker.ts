import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFolder } from '@lab/records';
import { openBest, type EngineName } from '@lab/engine';
import {
  openPreparer,
  openWorkshop,
  planRun,
  runOne,
  surroundingsOf,
  type ConfigPatch,
  type PlannedRun,
  type Progress,
  type RunOutcome,
} from '../src/index.ts';

/** The embedded model on a handful of real sentences: two epochs of two steps. */
export const tiny = (dropout: ConfigPatch, more: ConfigPatch = {}): PlannedRun =>
  planRun(
    {
      seed: 3,
      dataset: { name: 'imdb', train: 16, validation: 6, maxTest: 10 },
      model: { name: 'use-lite' },
      adapter: { name: 'lora', r: 4 },
      dropout,
      train: { epochs: 2, batchSize: 8, maxTokens: 16 },
      members: 3,
      ...more,
    },
    'test',
  );

export interface Worker {
  readonly run: (
    run: PlannedRun,
    out: string,
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ) => Promise<RunOutcome>;
  readonly alive: () => number;
  readonly close: () => Promise<void>;
}

/** A worker's insides, in this process. */
export const openWorker = async (name: EngineName): Promise<Worker> => {
  const { engine } = await openBest(name, { threads: 1 });
  const workshop = openWorkshop(engine);
  const places = { sources: { cacheDir: tmpdir() } };
  const surroundings = surroundingsOf(engine.description, 1);
  const preparers = new Map<string, ReturnType<typeof openPreparer>>();
  /** One for a folder, as in a real worker: runs share the models that it has built. */
  const preparerOf = (runs: string) => {
    const preparer = preparers.get(runs) ?? openPreparer({ ...places, runs });
    preparers.set(runs, preparer);
    return preparer;
  };
  return {
    run: (run, out, { signal = new AbortController().signal, onProgress = () => undefined } = {}) =>
      runOne(run, {
        out,
        preparer: preparerOf(out),
        workshop,
        surroundings,
        onProgress,
        signal,
      }).then(({ outcome }) => outcome),
    alive: () => engine.alive(),
    close: () => workshop.close(),
  };
};

/** A fresh folder for one test, and its removal. */
export const scratch = (): { readonly out: string; readonly remove: () => void } => {
  const out = mkdtempSync(join(tmpdir(), 'lab-runner-'));
  return { out, remove: () => rmSync(out, { recursive: true, force: true }) };
};

export const fileOf = (out: string, { id }: PlannedRun, name: string): string =>
  readFileSync(join(runFolder(out, id), name), 'utf8');
