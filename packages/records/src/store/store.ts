import { existsSync, lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonical } from '../run/canonical.ts';
import type { RunConfig } from '../run/config.ts';
import type { CurvePoint, Prediction, RunResult, Surroundings } from '../run/record.ts';
import { isReadable, listFolder, readText } from '../disk/read.ts';
import { isUnfinished, setAside, writeWhole } from '../disk/write.ts';
import { runHeadSchema } from '../run/record-schema.ts';
import { guard, pathStep } from './folder.ts';
import { note } from './history.ts';
import type { Lease } from './lease.ts';
import { damageOf, unseal, writeSeal } from './seal.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Whether run.json is whole and says what this run is. */
const fits = (text: string, config: RunConfig): boolean => {
  try {
    return canonical(runHeadSchema.parse(JSON.parse(text)).config) === canonical(config);
  } catch {
    return false;
  }
};

/**
 * run.json: what was asked, and where; the first to write it stays. One that is damaged or of
 * another run is set aside.
 */
export const writeHead = (lease: Lease, config: RunConfig, surroundings: Surroundings): void => {
  guard(lease);
  const path = join(lease.folder, 'run.json');
  const text = readText(path);
  if (text !== null && fits(text, config)) return;
  setAside(path);
  writeWhole(path, json({ config, surroundings }));
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
  writeWhole(join(lease.folder, 'adapter', pathStep('adapter file', name)), bytes);
};

/** What a finished run leaves besides its result. */
interface Outputs {
  /** Of the test split. */
  readonly predictions: readonly Prediction[];
  /** Of the validation split, by the same weights: what a temperature is fitted on. */
  readonly validation: readonly Prediction[];
}

/**
 * Ends a run: outputs, result, and last the marker with everybody's checksum. The checkpoint is no
 * longer needed.
 */
export const finishRun = (lease: Lease, result: RunResult, { predictions, validation }: Outputs): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'predictions.jsonl'), lines(predictions));
  writeWhole(join(lease.folder, 'validation.jsonl'), lines(validation));
  writeWhole(join(lease.folder, 'result.json'), json(result));
  guard(lease);
  writeSeal(lease.folder, result.status);
  note(lease, result.status);
  rmSync(join(lease.folder, 'FAILED.json'), { force: true });
  rmSync(join(lease.folder, 'progress.json'), { force: true });
  rmSync(join(lease.folder, 'checkpoint'), { recursive: true, force: true });
};

/** Files of a run folder that must be regular ones, and folders that must be its own. */
const results = ['DONE', 'run.json', 'metrics.jsonl', 'predictions.jsonl', 'validation.jsonl', 'result.json'] as const;
const files = [...results, 'FAILED.json', 'progress.json', 'history.jsonl'] as const;
const folders = ['adapter', 'checkpoint'];

/**
 * Sets aside what stands where a run's file or folder belongs and cannot be one: a pipe, a link, no
 * permission.
 */
const clearPlaces = (folder: string): readonly string[] => {
  const kindOf = (name: string) => lstatSync(join(folder, name), { throwIfNoEntry: false });
  const wrong = [
    ...files.filter((name) => kindOf(name) && !isReadable(join(folder, name))),
    ...folders.filter((name) => kindOf(name)?.isDirectory() === false),
  ];
  return wrong.flatMap((name) => setAside(join(folder, name)) ?? []);
};

/**
 * Makes a run ready for work: a finished one whose files were damaged or belong to another run is
 * set aside, and so is what cannot be read. What a killed writer left is removed. Says whether the
 * run is done, and what was damaged.
 */
export const mendRun = (
  lease: Lease,
  expected?: RunConfig,
): { readonly done: boolean; readonly damaged: string | null } => {
  guard(lease);
  const { folder } = lease;
  const damaged = damageOf(folder, expected);
  if (damaged !== null) unseal(folder);
  const [cleared] = clearPlaces(folder);
  const done = existsSync(join(folder, 'DONE'));
  for (const place of [folder, ...folders.map((name) => join(folder, name))])
    for (const name of listFolder(place)) if (isUnfinished(name)) rmSync(join(place, name), { force: true });
  if (done) rmSync(join(folder, 'checkpoint'), { recursive: true, force: true });
  return { done, damaged: damaged ?? cleared ?? null };
};
