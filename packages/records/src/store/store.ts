import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../config.ts';
import type { CurvePoint, Prediction, RunRecord, RunResult, Surroundings } from '../record.ts';
import { makeFolder, readText, writeWhole } from './files.ts';
import { isOurs, type Lease } from './lease.ts';

export type RunState = 'planned' | 'running' | 'started' | 'done' | 'failed';

/** Why a run ended without a result. */
export interface Failure {
  readonly status: 'failed' | 'oom' | 'timeout' | 'cancelled';
  readonly reason: string;
  readonly attempts: number;
}

/** Thrown when another process took the run over: this one must stop writing. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const parseLines = <T>(text: string): T[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

/** Folder of a run. */
export const runFolder = (out: string, id: string): string => join(out, 'runs', id);

const guard = (lease: Lease): void => {
  if (!isOurs(lease)) throw new LeaseLost(`another process took over ${lease.folder}`);
};

/** Opens a run's folder for work. */
export const openRun = (out: string, id: string): string => {
  const folder = runFolder(out, id);
  makeFolder(folder);
  return folder;
};

/** run.json: what was asked, and where. Written first. */
export const writeHead = (lease: Lease, config: RunConfig, surroundings: Surroundings): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'run.json'), json({ config, surroundings }));
};

/** checkpoint/state.safetensors: one file, so that state and cursor can never disagree. */
export const writeCheckpoint = (lease: Lease, bytes: Uint8Array): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'checkpoint', 'state.safetensors'), bytes);
};

export const checkpointPath = (folder: string): string | null => {
  const path = join(folder, 'checkpoint', 'state.safetensors');
  return existsSync(path) ? path : null;
};

/** metrics.jsonl, whole. */
export const writeCurve = (lease: Lease, curve: readonly CurvePoint[]): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'metrics.jsonl'), lines(curve));
};

/** A file of the adapter folder (PEFT's names). */
export const writeAdapterFile = (lease: Lease, name: string, bytes: Uint8Array | string): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'adapter', name), bytes);
};

/** Ends a run: predictions, result, and last the DONE marker. The checkpoint is no longer needed. */
export const finishRun = (lease: Lease, result: RunResult, predictions: readonly Prediction[]): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'predictions.jsonl'), lines(predictions));
  writeWhole(join(lease.folder, 'result.json'), json(result));
  guard(lease);
  writeWhole(join(lease.folder, 'DONE'), '');
  rmSync(join(lease.folder, 'FAILED.json'), { force: true });
  rmSync(join(lease.folder, 'checkpoint'), { recursive: true, force: true });
};

/** Marks a run that ended without a result; the next `run` tries it again. */
export const failRun = (lease: Lease, failure: Omit<Failure, 'attempts'>): void => {
  guard(lease);
  const before = readFailure(lease.folder)?.attempts ?? 0;
  writeWhole(join(lease.folder, 'FAILED.json'), json({ ...failure, attempts: before + 1 }));
};

export const readFailure = (folder: string): Failure | null => {
  const text = readText(join(folder, 'FAILED.json'));
  return text === null ? null : (JSON.parse(text) as Failure);
};

/** A run is done when its marker is there: the disk alone says so. */
export const isDone = (out: string, id: string): boolean => existsSync(join(runFolder(out, id), 'DONE'));

/** What the disk says of a run, without opening its results. */
export const stateOf = (out: string, id: string): RunState => {
  const folder = runFolder(out, id);
  if (!existsSync(folder)) return 'planned';
  const names = readdirSync(folder);
  if (names.includes('DONE')) return 'done';
  if (names.some((name) => name.startsWith('lease-'))) return 'running';
  if (names.includes('FAILED.json')) return 'failed';
  return names.includes('checkpoint') ? 'started' : 'planned';
};

/** A finished run's record, or null while it is not done. */
export const readRecord = (out: string, id: string): RunRecord | null => {
  if (!isDone(out, id)) return null;
  const folder = runFolder(out, id);
  const head = readText(join(folder, 'run.json'));
  const result = readText(join(folder, 'result.json'));
  if (head === null || result === null) return null;
  return {
    ...(JSON.parse(head) as Pick<RunRecord, 'config' | 'surroundings'>),
    result: JSON.parse(result) as RunResult,
  };
};

export const readCurve = (out: string, id: string): readonly CurvePoint[] =>
  parseLines<CurvePoint>(readText(join(runFolder(out, id), 'metrics.jsonl')) ?? '');

export const readPredictions = (out: string, id: string): readonly Prediction[] =>
  parseLines<Prediction>(readText(join(runFolder(out, id), 'predictions.jsonl')) ?? '');
